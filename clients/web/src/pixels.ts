import { type EncodedImage, ImageFormat } from 'cvdvae/web';
import { context, create } from './dom';

/** Rows of RGB to what a canvas takes. */
export function rgbToImageData({ data, width, height }: EncodedImage): ImageData {
  const pixels = new ImageData(width, height);
  for (let from = 0, to = 0; to < pixels.data.length; from += 3, to += 4) {
    pixels.data[to] = data[from]!;
    pixels.data[to + 1] = data[from + 1]!;
    pixels.data[to + 2] = data[from + 2]!;
    pixels.data[to + 3] = 255;
  }
  return pixels;
}

/** An image ready to be drawn: at once where it came as pixels, after decoding else. */
export function decode(image: EncodedImage): ImageData | Promise<ImageBitmap> {
  return image.format === ImageFormat.RAW_RGB ? rgbToImageData(image) : createImageBitmap(toBlob(image));
}

/** An encoded image as a file. */
export function toBlob({ data, format }: EncodedImage): Blob {
  const type = format === ImageFormat.JPEG ? 'image/jpeg' : format === ImageFormat.WEBP ? 'image/webp' : 'image/png';
  return new Blob([new Uint8Array(data)], { type });
}

/** Draws on a canvas of the image's own size; the style sheet enlarges it. */
export function drawOn(canvas: HTMLCanvasElement, image: ImageData | ImageBitmap | HTMLCanvasElement): void {
  if (canvas.width !== image.width || canvas.height !== image.height) {
    canvas.width = image.width;
    canvas.height = image.height;
  }
  const drawing = context(canvas);
  if (image instanceof ImageData) {
    drawing.putImageData(image, 0, 0);
  } else {
    drawing.drawImage(image, 0, 0);
  }
}

/** What is on a canvas. */
export function readPixels(canvas: HTMLCanvasElement): ImageData {
  return context(canvas).getImageData(0, 0, canvas.width, canvas.height);
}

/** The image at an address of the page's own. */
export async function fetchPixels(url: string): Promise<ImageData> {
  const bitmap = await createImageBitmap(await (await fetch(url)).blob());
  const canvas = create('canvas');
  drawOn(canvas, bitmap);
  bitmap.close();
  return readPixels(canvas);
}

/** Gives a file to whoever looks at the page. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  create('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** An image as a file that other programs open: as it came, or as PNG where it came as bare pixels. */
export async function imageFile(image: EncodedImage): Promise<Blob> {
  return image.format === ImageFormat.RAW_RGB ? pngFile(rgbToImageData(image)) : toBlob(image);
}

/**
 * Pixels as a PNG file.
 * @throws Error This browser could not make it.
 */
export async function pngFile(pixels: ImageData): Promise<Blob> {
  const canvas = create('canvas');
  drawOn(canvas, pixels);
  const file = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!file) {
    throw new Error('this browser could not store an image');
  }
  return file;
}

/** Ending of a file's name. */
export function suffixOf({ type }: Blob): string {
  return type.replace('image/', '').replace('jpeg', 'jpg');
}
