import { readFile, writeFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import { formats } from './choices.js';
import { kindOf, shown } from './given.js';
import { checkImage, type EncodedImage } from './image.js';
import { imageBytes, readable, type WebImage } from './image-input.js';
import { encodePng } from './png.js';

/** An image that goes to the server: a file's path (or its `file:` URL), its bytes, or a Blob. */
export type NodeImage = string | URL | WebImage;

/**
 * The bytes of an image.
 * @throws TypeError It's something else.
 * @throws Error The file can't be read; `code` says why, as Node.js does.
 */
export async function nodeImageBytes(image: unknown): Promise<Uint8Array> {
  const bytes = isPath(image) ? await readable(readFile(image), String(image)) : await imageBytes(image);
  if (bytes === undefined) {
    throw new TypeError(`image: ${shown(image)} is not a path, a file: URL, a Blob, an ArrayBuffer or a Uint8Array`);
  }
  return bytes;
}

/**
 * Writes an image of an event to a file: the bytes as they came, a raw image as PNG.
 * @throws TypeError It is no image, or no path.
 */
export async function saveImage(image: EncodedImage, path: string | URL): Promise<void> {
  const { data, format } = checkImage('saveImage', image);
  if (!isPath(path)) {
    throw new TypeError(`saveImage: ${shown(path)} is not a path or a file: URL`);
  }
  await writeFile(path, format === formats.raw ? encodePng(image, deflateSync) : data);
}

function isPath(value: unknown): value is string | URL {
  return (
    typeof value === 'string' ||
    (typeof value === 'object' && value !== null && kindOf(value) === 'URL' && (value as URL).protocol === 'file:')
  );
}
