import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { imageOf, load } from './source.mjs';

const { resize, Resizing } = await load('bicubic');

/** Images that the official resize made, as bytes of RGB. */
const fixture = readFileSync(fileURLToPath(new URL('../../../tests/Cvdvae.TestUtils/Fixtures/imresize-io.safetensors', import.meta.url)));
const headerBytes = Number(fixture.readBigUInt64LE());
const header = JSON.parse(fixture.subarray(8, 8 + headerBytes));

function image(name) {
  const { shape: [height, width], data_offsets: [begin, end] } = header[name];
  const rgb = fixture.subarray(8 + headerBytes + begin, 8 + headerBytes + end);
  const pixels = new ImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    pixels.data.set([...rgb.subarray(3 * pixel, 3 * pixel + 3), 255], 4 * pixel);
  }
  return pixels;
}

for (const [from, to] of [['face.u8', 'face.u8.x0.25'], ['face.u8', 'face.u8.x0.125'], ['face.u8', 'face.u8.x0.5']]) {
  test(`${from} to ${to} equals the official resize`, () => {
    const expected = image(to);
    const result = resize(image(from), expected.width, expected.height);
    const off = result.data.filter((level, index) => level !== expected.data[index]).length;
    const most = result.data.reduce((largest, level, index) => Math.max(largest, Math.abs(level - expected.data[index])), 0);
    // A half may be rounded either way.
    assert(most <= 1 && off <= result.data.length / 1000, `${off} of ${result.data.length} values differ, by up to ${most}`);
  });
}

test('an image of one colour stays so when it is enlarged', () => {
  const small = new ImageData(16, 16);
  small.data.fill(77);
  assert(resize(small, 64, 64).data.every((level, index) => level === (index % 4 === 3 ? 255 : 77)));
});

test('a picture that comes in strips gives what it gives as a whole', () => {
  const whole = imageOf(37, 37, (x, y, channel) => (x * 31 + y * 17 + channel * 101) % 256);
  const strips = new Resizing(37, 37, 8, 8);
  for (const [from, to] of [[0, 5], [5, 6], [6, 37]]) {
    strips.take(imageOf(37, to - from, (x, y, channel) => whole.data[4 * ((y + from) * 37 + x) + channel]));
  }
  assert.deepEqual([...strips.finish().data], [...resize(whole, 8, 8).data]);
});

test('a square of the right size stays as it is', () => {
  const small = imageOf(16, 16, (x, y, channel) => (x * 53 + y * 29 + channel * 7) % 256);
  assert.deepEqual([...resize(small, 16, 16).data], [...small.data]);
});
