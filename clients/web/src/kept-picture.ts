import { create } from './dom';
import { Picture, type Square, squareKey } from './picture';
import { drawOn, pngFile, readPixels } from './pixels';

const stored = 'cvdvae.picture';

/** What is stored: text, as JSON. */
interface Kept {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly square: Square;
  /** The whole of it, small. */
  readonly view: string;
  /** What the network sees of the square, by size. */
  readonly small: Readonly<Record<string, string>>;
}

/**
 * Keeps a picture of the visitor's in this tab, small, so that a reload draws the same images. It is forgotten with the tab, and nobody
 * else sees it.
 * @param sizes All sizes that the network may see it in.
 */
export async function keepPicture(picture: Picture, square: Square, sizes: readonly number[]): Promise<void> {
  try {
    const small: Record<string, string> = {};
    for (const size of sizes) {
      small[size] = await toText(await picture.shrink(square, size));
    }
    const view = await toText(readPixels(picture.view));
    const kept: Kept = { name: picture.name, width: picture.width, height: picture.height, square, view, small };
    sessionStorage.setItem(stored, JSON.stringify(kept));
  } catch {
    // There is no room for it, or this browser keeps nothing; a reload then asks for the picture again.
    forgetPicture();
  }
}

export function forgetPicture(): void {
  sessionStorage.removeItem(stored);
}

/** The picture that was kept, with its square; undefined: there is none. */
export async function keptPicture(): Promise<{ picture: Picture; square: Square } | undefined> {
  try {
    const kept = JSON.parse(sessionStorage.getItem(stored) ?? 'null') as Kept | null;
    if (!kept) {
      return undefined;
    }
    const shrunk = new Map<string, ImageData>();
    for (const [size, file] of Object.entries(kept.small)) {
      shrunk.set(squareKey(kept.square, Number(size)), await toPixels(toFile(file)));
    }
    const picture = await Picture.read(toFile(kept.view), { name: kept.name, size: { width: kept.width, height: kept.height }, shrunk });
    return { picture, square: kept.square };
  } catch {
    forgetPicture();
    return undefined;
  }
}

async function toText(pixels: ImageData): Promise<string> {
  const bytes = new Uint8Array(await (await pngFile(pixels)).arrayBuffer());
  let text = '';
  bytes.forEach((byte) => (text += String.fromCharCode(byte)));
  return btoa(text);
}

function toFile(text: string): Blob {
  return new Blob([Uint8Array.from(atob(text), (character) => character.charCodeAt(0))], { type: 'image/png' });
}

async function toPixels(file: Blob): Promise<ImageData> {
  const bitmap = await createImageBitmap(file);
  const canvas = create('canvas');
  drawOn(canvas, bitmap);
  bitmap.close();
  return readPixels(canvas);
}
