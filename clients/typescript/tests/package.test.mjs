import assert from 'node:assert/strict';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { SuperResolutionService } from '../dist/gen/cvdvae/v1/super_resolution_service_pb.js';
import { certificates } from './certificates.mjs';
import { snippets } from './snippets.mjs';
import { root, run, services } from './support.mjs';

const library = `${root}clients/typescript`;
const browser = `${root}tests/Cvdvae.FunctionalTests/Documentation/browser.mjs`;

const resolutions = [1, 4, 8, 16, 32, 64];
const saved = [1, 2].flatMap((sample) => [
  ...resolutions.slice(0, -1).map((side) => `preview-${sample}-${String(side).padStart(3, '0')}.png`),
  `sample-${sample}.png`,
]);
const shown = [0, 1].flatMap((sample) => resolutions.map((side) => `shown-${sample}-${side}.png`));
const refused = /^seen enough\nINVALID_ARGUMENT: image: .+ \(field image, attempts 1\)\n$/;

/** What the documented programs print, and the pictures that they leave. */
const documented = {
  'Node.js: models, previews, results': [/^toonhead-64@\S+: 64x64\nseed \d+\n$/, saved],
  'Node.js: deadline, cancelling, errors': [refused, []],
  'Node.js: TLS, certificates, keys': [/^1 models\n$/, []],
  'Browsers: models, previews, results': [/^$/, shown],
  'Browsers: deadline, cancelling, errors': [refused, []],
  'Browsers: TLS and keys': [/^1 models\n$/, []],
  cvdvae: [/^sample 4 at 32x32$/m, [1, 2, 3, 4, 5].map((number) => `sample-${number}.png`)],
  'In a browser': [/^$/, ['shown-0-64.png']],
};

test('every program of the documents is known here', () => {
  assert.deepEqual(snippets.map(({ heading }) => heading), Object.keys(documented));
});

test('what is not built is not packed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cvdvae-'));
  try {
    const copy = join(folder, 'clients/typescript');
    mkdirSync(copy, { recursive: true });
    copyFileSync(`${library}/package.json`, join(copy, 'package.json'));
    await assert.rejects(
      run('npm', ['pack', '--pack-destination', folder], { cwd: copy, env: { ...process.env, LC_ALL: 'C' } }),
      /No rule to make target/,
    );
    assert.deepEqual(readdirSync(folder), ['clients']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the commands under Install make a program that runs', { timeout: 300_000 }, async () => {
  const block = /^## Install\n.*?^```sh\n(.*?)^```$/ms.exec(readFileSync(`${library}/README.md`, 'utf8'))[1];
  const folder = mkdtempSync(join(tmpdir(), 'cvdvae-'));
  try {
    const commands = block
      .replace('make typescript-package', `make PACKAGES=${folder}/packages typescript-package`)
      .replace('$PWD/artifacts/packages', `${folder}/packages`)
      .replaceAll('../hello', `${folder}/hello`);
    await run('bash', ['-euo', 'pipefail', '-c', commands], { cwd: root });
    writeFileSync(join(folder, 'hello/main.mjs'), "import { SuperResolutionClient } from 'cvdvae';\nconsole.log(SuperResolutionClient.name);\n");
    assert.equal(await run('node', ['main.mjs'], { cwd: join(folder, 'hello') }), 'SuperResolutionClient\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('the packed library in empty projects', { timeout: 400_000 }, () => {
  let folder;
  let archive;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cvdvae-'));
    cpSync(`${library}/tests/consumers`, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
    // Builds what is not up to date.
    await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: library });
    archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    await run('npm', ['install', `./${archive}`, '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder });
    snippets.forEach(({ code, isWeb }, index) => writeFileSync(join(folder, isWeb ? 'bundler' : 'esm', `snippet-${index}.ts`), code));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const program = (name, ...args) => run('node', [join(folder, 'node_modules', name), ...args], { cwd: folder });

  test('holds the library and no more', () => {
    const files = readdirSync(join(folder, 'node_modules/cvdvae'));
    assert.deepEqual(files.sort(), ['README.md', 'dist', 'package.json']);
    for (const file of ['node.js', 'node.d.ts', 'web.js', 'web.d.ts', 'cjs/node.js', 'cjs/node.d.ts', 'cjs/web.js', 'cjs/web.d.ts']) {
      assert(existsSync(join(folder, 'node_modules/cvdvae/dist', file)), file);
    }
  });

  for (const compiler of ['typescript', 'typescript-7']) {
    const { version } = JSON.parse(readFileSync(`${library}/tests/consumers/package.json`, 'utf8')).devDependencies[compiler].match(
      /(?<version>\d.*)$/,
    ).groups;
    test(`compiles with the documents' programs for Node.js, ESM and CommonJS, strictly: TypeScript ${version}`, async () => {
      assert.equal(await program(`${compiler}/bin/tsc`, '--project', '.'), '');
    });

    test(`compiles with the documents' programs for browsers, strictly and without Node.js's types: TypeScript ${version}`, async () => {
      assert.equal(await program(`${compiler}/bin/tsc`, '--project', 'bundler'), '');
    });
  }

  test('has types that name nothing of Node.js or of a transport', () => {
    const dist = join(folder, 'node_modules/cvdvae/dist');
    const seen = new Set();
    const imported = new Set();
    const read = (file) => {
      if (!seen.has(file)) {
        seen.add(file);
        for (const [, name] of readFileSync(join(dist, file), 'utf8').matchAll(/(?:from|import\()\s*['"]([^'"]+)['"]/g)) {
          name.startsWith('.')
            ? read(join(file, '..', name).replace(/\.js$/, '.d.ts'))
            : imported.add(name.split('/').slice(0, 2).join('/'));
        }
        assert.doesNotMatch(readFileSync(join(dist, file), 'utf8'), /\b(Buffer|NodeJS)\b/, file);
      }
    };
    ['node.d.ts', 'web.d.ts', 'cjs/node.d.ts', 'cjs/web.d.ts'].forEach(read);
    assert.deepEqual([...imported], ['@bufbuild/protobuf']);
  });

  test('runs where it is imported', async () => {
    assert.equal(await run('node', ['esm/main.js'], { cwd: folder }), 'ESM: UNAVAILABLE, DEADLINE\n');
  });

  test('runs where it is required', async () => {
    assert.equal(await run('node', ['cjs/main.js'], { cwd: folder }), 'CommonJS: UNAVAILABLE\nCommonJS: UNAVAILABLE\n');
  });

  test('the part for browsers runs', { skip: services.skip }, async () => {
    writeFileSync(
      join(folder, 'web.mjs'),
      `
import { SuperResolutionClient } from 'cvdvae/web';
console.log((await new SuperResolutionClient('${services.http}').listModels()).defaultModel);
`,
    );
    assert.equal(await run('node', ['web.mjs'], { cwd: folder }), 'toonhead-64\n');
  });

  test('runs from a bundle for browsers', async () => {
    await program(
      'esbuild/bin/esbuild',
      'bundler/main.ts',
      '--bundle',
      '--platform=browser',
      '--format=esm',
      '--outfile=bundle.mjs',
      '--log-level=warning',
    );
    assert.equal(await run('node', ['bundle.mjs'], { cwd: folder }), 'browser: UNAVAILABLE\n');
  });

  test('is a package that every way to resolve it understands', async () => {
    const report = JSON.parse(await program('@arethetypeswrong/cli/dist/index.js', archive, '--format', 'json'));
    assert.deepEqual(report.analysis.problems, []);
    assert.match(await program('publint/src/cli.js', archive, '--strict'), /All good!/);
  });

  describe("the documents' programs", () => {
    const servers = [];
    const secure = {};
    before(async () => {
      const { authority, signed } = certificates(folder);
      await authority('ca');
      await signed('server', 'ca', 'IP:127.0.0.1');
      await signed('client', 'ca', 'DNS:client.test');
      copyFileSync(join(folder, 'client.key'), join(folder, 'client-key.pem'));
      copyFileSync(`${root}samples/portrait-01-x4.png`, join(folder, 'small.png'));
      const pem = (name) => readFileSync(join(folder, name));
      const certificate = { key: pem('server.key'), cert: pem('server.pem'), ca: pem('ca.pem') };
      const handler = connectNodeAdapter({
        routes: ({ service }) =>
          service(SuperResolutionService, {
            listModels: (_, { requestHeader }) => ({
              models: [{ name: requestHeader.get('x-api-key') }].filter(({ name }) => name === 'secret'),
            }),
          }),
      });
      for (const [port, server] of [
        [5000, createSecureServer({ ...certificate, requestCert: true, rejectUnauthorized: true }, handler)],
        [5001, createServer(certificate, handler)],
      ]) {
        servers.push(server);
        await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
        secure[port] = `127.0.0.1:${server.address().port}`;
      }
    });
    after(() => servers.forEach((server) => server.close()));

    for (const snippet of snippets) {
      const isSecure = snippet.code.includes('https://');
      test(`${snippet.page}, ${snippet.heading}: does what it says`, { skip: !isSecure && services.skip }, async () => {
        const code = snippet.code
          .replaceAll(/gateway\.example:(\d+)/g, (_, port) => secure[port])
          .replaceAll('http://127.0.0.1:5000', services.grpc)
          .replaceAll('http://127.0.0.1:5001', services.http);
        const before = new Set(readdirSync(folder));
        writeFileSync(join(folder, 'program.mjs'), code);
        const printed = await run('node', ['--import', browser, 'program.mjs'], {
          cwd: folder,
          env: { ...process.env, CVDVAE_API_KEY: 'secret', NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') },
        });
        const [output, files] = documented[snippet.heading];
        assert.match(printed, output);
        const made = readdirSync(folder).filter((name) => name.endsWith('.png') && !before.has(name));
        assert.deepEqual(made.sort(), [...files].sort());
        made.forEach((name) => rmSync(join(folder, name)));
      });
    }
  });
});
