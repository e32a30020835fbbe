import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

  // Whatever makes more than a client.
  const documented = snippets('clients/typescript/README.md').filter((code) => code.includes('for await'));
  test('the description has its snippet', () => assert.equal(documented.length, 1));

  test('the snippet of the description runs', { skip: services.skip }, async () => {
    writeFileSync(join(folder, 'snippet.mjs'), documented[0].replaceAll('http://127.0.0.1:5000', services.grpc));
    const output = await run('node', ['snippet.mjs'], { cwd: folder });
    assert.match(output, /^sample 4 at 32x32$/m);
    assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith('sample-')).sort(), [1, 2, 3, 4, 5].map((number) => `sample-${number}.png`));
  });

  test('the part for browsers runs', { skip: services.skip }, async () => {
    writeFileSync(join(folder, 'web.mjs'), `
import { SuperResolutionClient } from 'cvdvae/web';
console.log((await new SuperResolutionClient('${services.http}').listModels()).defaultModel);
`);
    assert.equal(await run('node', ['web.mjs'], { cwd: folder }), 'toonhead-64\n');
  });
});
