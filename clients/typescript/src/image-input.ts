import { kindOf, shown } from './given.js';

/** An image that goes to the server: a file's bytes, or a Blob or File. */
export type WebImage = Uint8Array | ArrayBuffer | Blob;

/** The bytes of what a caller gave as an image; undefined: there are none in it. What they are is for the server to judge. */
export async function imageBytes(image: unknown): Promise<Uint8Array | undefined> {
  // By its kind and not by instanceof: an object of another window or context is as good.
  switch (typeof image === 'object' && image !== null ? kindOf(image) : undefined) {
    case 'Uint8Array': {
      const { buffer, byteOffset, byteLength } = image as Uint8Array;
      return new Uint8Array(buffer, byteOffset, byteLength);
    }
    case 'ArrayBuffer':
      return new Uint8Array(image as ArrayBuffer);
    case 'Blob':
    case 'File':
      return new Uint8Array(await readable((image as Blob).arrayBuffer(), (image as { name?: string }).name));
    default:
      return undefined;
  }
}

/**
 * The bytes of an image in a browser, where there are no files by path.
 * @throws TypeError It's something else.
 */
export async function webImageBytes(image: unknown): Promise<Uint8Array> {
  const bytes = await imageBytes(image);
  if (bytes === undefined) {
    const advice = typeof image === 'string' ? '; a file of this address: await (await fetch(address)).blob()' : '';
    throw new TypeError(`image: ${shown(image)} is not a Blob, a File, an ArrayBuffer or a Uint8Array${advice}`);
  }
  return bytes;
}

/** What is read of a file, or an error that names it. */
export async function readable<T>(reading: Promise<T>, name: string | undefined): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    const { message, code } = error as { message?: string; code?: unknown };
    throw Object.assign(new Error(`image: ${name === undefined ? 'it' : shown(name)} can't be read: ${message}`, { cause: error }), {
      code,
    });
  }
}
