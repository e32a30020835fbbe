import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { root, run, services } from './support.mjs';

const library = `${root}clients/typescript`;

/** The JavaScript in a document. */
function snippets(path) {
  return [...readFileSync(`${root}${path}`, 'utf8').matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
}

describe('the packed library in a clean folder', { timeout: 300_000 }, () => {
  let folder;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cvdvae-'));
    await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], { cwd: library });
    const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    await run('npm', ['install', `./${archive}`, '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder });
    copyFileSync(`${root}samples/portrait-01-x4.png`, join(folder, 'small.png'));
    // What the browser's snippet has from its page.
    writeFileSync(join(folder, 'browser.mjs'), "import { readFileSync } from 'node:fs';\nglobalThis.file = new Blob([readFileSync('small.png')]);\nglobalThis.show = ({ width, height }) => console.log(`shown ${width}x${height}`);\n");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('holds the library and no more', () => {
    const files = readdirSync(join(folder, 'node_modules/cvdvae'));
    assert.deepEqual(files.sort(), ['README.md', 'dist', 'package.json']);
  });

  test('has types', async () => {
    writeFileSync(join(folder, 'types.ts'), `
import { SuperResolutionClient, SuperResolutionError, type UpscaleEvent } from 'cvdvae';
import { SuperResolutionClient as WebClient } from 'cvdvae/web';

export async function first(client: SuperResolutionClient | WebClient): Promise<bigint | undefined> {
  const events: AsyncGenerator<UpscaleEvent> = client.upscale({ image: new Uint8Array(), sampleCount: 2, seed: 7n }, { deadlineMs: 1000 });
  for await (const event of events) {
    if (event.kind === 'started') {
      return event.seed;
    }
  }
  throw new SuperResolutionError('nothing', { status: 'INTERNAL' });
}
// @ts-expect-error An image is needed.
new SuperResolutionClient().upscale({ sampleCount: 2 });
`);
    const types = `${root}clients/node_modules/@types`;
    await run(`${root}clients/node_modules/.bin/tsc`, ['--noEmit', '--strict', '--skipLibCheck', '--target', 'ES2022', '--module', 'NodeNext', '--typeRoots', types, '--types', 'node', 'types.ts'], { cwd: folder });
  });

  for (const [path, count] of [['clients/typescript/README.md', 1], ['docs/client.md', 2]]) {
    // A snippet that only makes a client has nothing to show.
    const all = existsSync(`${root}${path}`) ? snippets(path).filter((code) => code.includes('for await')) : [];
    test(`${path} has its snippets`, () => assert.equal(all.length, count));
    all.forEach((code, index) => {
      test(`${path}, snippet ${index + 1}, runs`, { skip: services.skip }, async () => {
        writeFileSync(join(folder, 'snippet.mjs'), code.replaceAll('http://127.0.0.1:5000', services.grpc).replaceAll('http://127.0.0.1:5001', services.http));
        readdirSync(folder).filter((name) => name.startsWith('sample-')).forEach((name) => rmSync(join(folder, name)));
        const output = await run('node', ['--import', './browser.mjs', 'snippet.mjs'], { cwd: folder });
        if (code.includes('cvdvae/web')) {
          assert.equal(output.match(/shown 64x64/g)?.length, 5, output);
        } else {
          assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith('sample-')).sort(), [1, 2, 3, 4, 5].map((number) => `sample-${number}.png`));
        }
      });
    });
  }
});
