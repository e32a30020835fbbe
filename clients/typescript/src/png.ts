import type { Bytes, EncodedImage } from './image.js';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const channels = 3;
const bitsPerChannel = 8;
const rgb = 2;
const mostStored = 0xffff;

/**
 * A PNG of rows of 8-bit RGB.
 * @param deflate Compresses to zlib's format; stored as it is when absent.
 * @throws RangeError The bytes are not those of an image of this size.
 */
export function encodePng({ data, width, height }: EncodedImage, deflate: (bytes: Bytes) => Uint8Array = store): Bytes {
  const row = width * channels;
  if (data.length !== row * height || data.length === 0) {
    throw new RangeError(`the server's image has ${data.length} bytes, which is not ${width}x${height} pixels of RGB`);
  }
  // Each row begins with the number of its filter: none.
  const rows = new Uint8Array((row + 1) * height);
  for (let y = 0; y < height; y++) {
    rows.set(data.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  }
  return joined([
    signature,
    chunk('IHDR', [...uint32(width), ...uint32(height), bitsPerChannel, rgb, 0, 0, 0]),
    chunk('IDAT', deflate(rows)),
    chunk('IEND', []),
  ]);
}

function chunk(type: string, data: ArrayLike<number>): Bytes {
  const body = joined([[...type].map((letter) => letter.charCodeAt(0)), data]);
  return joined([uint32(data.length), body, uint32(crc32(body))]);
}

/** zlib's format (RFC 1950) with blocks that are not compressed, since browsers compress only little by little, with promises. */
function store(bytes: Bytes): Bytes {
  const parts: ArrayLike<number>[] = [[0x78, 0x01]];
  for (let start = 0; start < bytes.length; start += mostStored) {
    const block = bytes.subarray(start, start + mostStored);
    const last = start + mostStored >= bytes.length ? 1 : 0;
    parts.push([last, block.length & 0xff, block.length >> 8, ~block.length & 0xff, (~block.length >> 8) & 0xff], block);
  }
  return joined([...parts, uint32(adler32(bytes))]);
}

function adler32(bytes: Bytes): number {
  const modulus = 65521;
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % modulus;
    high = (high + low) % modulus;
  }
  return high * 0x10000 + low;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) {
    byte = byte & 1 ? 0xedb88320 ^ (byte >>> 1) : byte >>> 1;
  }
  return byte;
});

function crc32(bytes: Bytes): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

function uint32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

function joined(parts: readonly ArrayLike<number>[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
