import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inflateSync } from 'node:zlib';
import { after, before, describe, test } from 'node:test';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { SuperResolutionService } from '../dist/gen/cvdvae/v1/super_resolution_service_pb.js';
import { ImageFormat, saveImage, SuperResolutionClient, toBlob } from '../dist/node.js';
import { completed, started } from './fake-service.mjs';
import { collect, limit, portrait, root, thrown } from './support.mjs';

const path = `${root}samples/portrait-01-x4.png`;

describe('the image of a request in Node.js', limit, () => {
  const seen = [];
  let server;
  let client;
  before(async () => {
    server = createServer(
      connectNodeAdapter({
        routes: ({ service }) =>
          service(SuperResolutionService, {
            async *upscale({ image }) {
              seen.push(image);
              yield started;
              yield completed;
            },
          }),
      }),
    );
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = new SuperResolutionClient(`http://127.0.0.1:${server.address().port}`);
  });
  after(() => {
    client.close();
    server.close();
  });

  for (const [what, image] of [
    ['a path', path],
    ['a file: URL', pathToFileURL(path)],
    ['a Buffer', readFileSync(path)],
    ['a Blob', new Blob([portrait])],
    ['an ArrayBuffer', portrait.slice().buffer],
  ]) {
    test(`is taken as ${what}`, async () => {
      await collect(client.upscale({ image }));
      assert.deepEqual(new Uint8Array(seen.pop()), portrait);
    });
  }

  for (const [image, code, message] of [
    ['nowhere/at-all.png', 'ENOENT', /^image: 'nowhere\/at-all\.png' can't be read: ENOENT: no such file/],
    ['', 'ENOENT', /^image: '' can't be read: ENOENT/],
    [root, 'EISDIR', /^image: '.*' can't be read: EISDIR/],
    [{}, undefined, /^image: an Object is not a path, a file: URL, a Blob, an ArrayBuffer or a Uint8Array$/],
    [new URL('http://host/small.png'), undefined, /^image: a URL is not a path, a file: URL, a Blob, /],
  ]) {
    test(`is refused where it can't be read: ${image}`, async () => {
      const error = await thrown(collect(client.upscale({ image })));
      assert.match(error.message, message);
      assert.equal(error.code, code);
      assert.equal(seen.length, 0);
    });
  }

  test('is refused where a Blob can no longer be read', async () => {
    const gone = Object.assign(new Blob([]), {
      name: 'small.png',
      arrayBuffer: () => Promise.reject(new DOMException('it was changed', 'NotReadableError')),
    });
    assert.equal((await thrown(collect(client.upscale({ image: gone })))).message, "image: 'small.png' can't be read: it was changed");
  });
});

describe('the image of an event', limit, () => {
  let folder;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'cvdvae-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const file = { data: new Uint8Array([1, 2, 3]), format: ImageFormat.JPEG, width: 1, height: 1 };
  // More bytes than a block that is not compressed may have.
  const side = 160;
  const raw = {
    data: Uint8Array.from({ length: side * side * 3 }, (_, index) => (index * 7) % 251),
    format: ImageFormat.RAW_RGB,
    width: side,
    height: side,
  };

  /** The pixels of a PNG as this library makes them, after a look at its checksums. */
  function pixels(png) {
    assert.deepEqual([...png.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
    const chunks = {};
    for (let at = 8; at < png.length;) {
      const length = png.readUInt32BE(at);
      const body = png.subarray(at + 4, at + 8 + length);
      assert.equal(png.readUInt32BE(at + 8 + length), crc(body), 'checksum');
      chunks[body.subarray(0, 4).toString()] = body.subarray(4);
      at += length + 12;
    }
    assert.deepEqual(Object.keys(chunks), ['IHDR', 'IDAT', 'IEND']);
    const [width, height] = [chunks.IHDR.readUInt32BE(0), chunks.IHDR.readUInt32BE(4)];
    assert.deepEqual([...chunks.IHDR.subarray(8)], [8, 2, 0, 0, 0]);
    const rows = inflateSync(chunks.IDAT);
    return {
      width,
      height,
      data: Buffer.concat(Array.from({ length: height }, (_, y) => rows.subarray(y * (width * 3 + 1) + 1, (y + 1) * (width * 3 + 1)))),
    };
  }

  /** By the definition, bit by bit. */
  function crc(bytes) {
    let value = -1;
    for (const byte of bytes) {
      value ^= byte;
      for (let bit = 0; bit < 8; bit++) {
        value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
      }
    }
    return ~value >>> 0;
  }

  test('is saved as it came', async () => {
    await saveImage(file, join(folder, 'a.jpg'));
    assert.deepEqual([...readFileSync(join(folder, 'a.jpg'))], [1, 2, 3]);
    await saveImage(file, pathToFileURL(join(folder, 'b.jpg')));
    assert.deepEqual([...readFileSync(join(folder, 'b.jpg'))], [1, 2, 3]);
  });

  test('is saved as PNG where it is raw', async () => {
    await saveImage(raw, join(folder, 'raw.png'));
    const saved = pixels(readFileSync(join(folder, 'raw.png')));
    assert.deepEqual([saved.width, saved.height], [side, side]);
    assert.deepEqual(new Uint8Array(saved.data), raw.data);
  });

  test('is made a Blob of its type', async () => {
    for (const [format, type] of [
      [ImageFormat.PNG, 'image/png'],
      [ImageFormat.JPEG, 'image/jpeg'],
      [ImageFormat.WEBP, 'image/webp'],
      [99, ''],
    ]) {
      const blob = toBlob({ ...file, format });
      assert.equal(blob.type, type);
      assert.deepEqual([...new Uint8Array(await blob.arrayBuffer())], [1, 2, 3]);
    }
  });

  test('is made a Blob with a PNG where it is raw', async () => {
    const blob = toBlob(raw);
    assert.equal(blob.type, 'image/png');
    assert.deepEqual(new Uint8Array(pixels(Buffer.from(await blob.arrayBuffer())).data), raw.data);
  });

  test('is refused where it is none', async () => {
    assert.throws(() => toBlob({ kind: 'result', image: file }), {
      name: 'TypeError',
      message: 'toBlob takes the image of an event: event.image',
    });
    assert.throws(() => toBlob(undefined), TypeError);
    assert.throws(() => toBlob({ ...raw, width: 3 }), /^RangeError: the server's image has 76800 bytes, which is not 3x160 pixels of RGB$/);
    assert.equal(
      (await thrown(saveImage({ kind: 'result', image: file }, 'x.png'))).message,
      'saveImage takes the image of an event: event.image',
    );
    assert.equal((await thrown(saveImage(file, 7))).message, 'saveImage: 7 is not a path or a file: URL');
  });
});
