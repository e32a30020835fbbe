import { InputFit, type ModelInfo } from 'cvdvae/web';
import { context } from './dom';

/** A square of a picture, in its pixels. */
export interface Square {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** A picture that was chosen. */
export interface Picture {
  readonly name: string;
  /** The file as it came. */
  readonly bytes: Uint8Array;
  readonly type: string;
  readonly pixels: ImageData;
  /** Name of one of the page's own samples, for the address bar. */
  readonly sample?: string;
}

/** The part of a request that is the picture. */
export interface Input {
  readonly image: Uint8Array;
  readonly inputFit: InputFit;
  /** What the server is given to work with, before it resizes it. */
  readonly pixels: ImageData;
}

const mostFileBytes = 64 << 20;
const mostSide = 2048;
const sent = ['image/png', 'image/jpeg', 'image/webp'];

/** A file can't be used; the message is for people. */
export class PictureError extends Error {}

/**
 * Reads a file.
 * @throws PictureError It holds no picture that this browser can read.
 */
export async function readPicture(file: Blob, name: string, sample?: string): Promise<Picture> {
  if (file.size > mostFileBytes) {
    throw new PictureError(`${name} has ${Math.ceil(file.size / (1 << 20))} MB; at most ${mostFileBytes >> 20} are taken.`);
  }
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new PictureError(`${name} is not a picture that can be read. PNG, JPEG and WebP files can.`);
  }
  // Photographs may be huge; nothing that is used needs more than this.
  const shrink = Math.min(1, (2 * mostSide) / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [Math.max(1, Math.round(bitmap.width * shrink)), Math.max(1, Math.round(bitmap.height * shrink))];
  const drawing = context(Object.assign(document.createElement('canvas'), { width, height }));
  drawing.imageSmoothingQuality = 'high';
  drawing.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return { name, bytes: new Uint8Array(await file.arrayBuffer()), type: file.type, pixels: drawing.getImageData(0, 0, width, height), ...(sample !== undefined && { sample }) };
}

/** The scale for which a picture has the right size as it is. */
export function exactScale({ pixels, type }: Picture, model: ModelInfo | undefined): number | undefined {
  return pixels.width === pixels.height && sent.includes(type) ? model?.scales.find(({ inputSize }) => inputSize === pixels.width)?.scale : undefined;
}

/** The largest square in the middle. */
export function middleSquare({ pixels: { width, height } }: Picture): Square {
  const size = Math.min(width, height);
  return { x: Math.floor((width - size) / 2), y: Math.floor((height - size) / 2), size };
}

/** What goes to the server: the file itself where its size is right, else the square of it. */
export function toInput(picture: Picture, isExact: boolean, square: Square): Input | Promise<Input> {
  return isExact ? { image: picture.bytes, inputFit: InputFit.EXACT, pixels: picture.pixels } : cutOut(picture, square);
}

async function cutOut(picture: Picture, square: Square): Promise<Input> {
  const side = Math.min(square.size, mostSide);
  const whole = Object.assign(document.createElement('canvas'), { width: picture.pixels.width, height: picture.pixels.height });
  context(whole).putImageData(picture.pixels, 0, 0);
  const cut = Object.assign(document.createElement('canvas'), { width: side, height: side });
  const drawing = context(cut);
  drawing.imageSmoothingQuality = 'high';
  drawing.drawImage(whole, square.x, square.y, square.size, square.size, 0, 0, side, side);
  const file = await new Promise<Blob | null>((resolve) => cut.toBlob(resolve, 'image/png'));
  if (!file) {
    throw new PictureError('This browser could not cut out the square.');
  }
  return { image: new Uint8Array(await file.arrayBuffer()), inputFit: InputFit.CROP_AND_RESIZE, pixels: drawing.getImageData(0, 0, side, side) };
}
