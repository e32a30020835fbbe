import { formats } from './choices.js';
import { ImageFormat } from './gen/cvdvae/v1/super_resolution_service_pb.js';
import { encodePng } from './png.js';

/** Bytes in memory that is not shared, `Uint8Array<ArrayBuffer>`: what a Blob takes. Before TypeScript 5.7 the type had no parameter. */
export type Bytes = ReturnType<Uint8ArrayConstructor['of']>;

/** An image as it came. */
export interface EncodedImage {
  readonly data: Bytes;
  readonly format: ImageFormat;
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

const types: Readonly<Record<number, string>> = {
  [ImageFormat.PNG]: 'image/png',
  [ImageFormat.JPEG]: 'image/jpeg',
  [ImageFormat.WEBP]: 'image/webp',
};

/**
 * An image of an event as a file, for a link or an `<img>`. A raw one becomes a PNG, without compression.
 * @throws TypeError It is no image.
 */
export function toBlob(image: EncodedImage): Blob {
  const { data, format } = checkImage('toBlob', image);
  return format === formats.raw ? new Blob([encodePng(image)], { type: 'image/png' }) : new Blob([data], { type: types[format] ?? '' });
}

/** Refuses what is not an image of an event, such as the event itself. */
export function checkImage(taker: string, image: EncodedImage): EncodedImage {
  if (!(image?.data instanceof Uint8Array)) {
    throw new TypeError(`${taker} takes the image of an event: event.image`);
  }
  return image;
}
