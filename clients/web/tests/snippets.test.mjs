import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import typescript from 'typescript';
import { load } from './source.mjs';

const { languages, snippet } = await load('snippets');

/** What callers ask for, by the names that the libraries and the command lines agree on. */
const table = [
  // protocol, Python, C#, TypeScript, command line
  ['model', 'model', 'Model', 'model', '--model'],
  ['sample_count', 'samples', 'Samples', 'samples', '--samples'],
  ['scale', 'scale', 'Scale', 'scale', '--scale'],
  ['seed', 'seed', 'Seed', 'seed', '--seed'],
  ['(both temperatures)', 'temperature', 'Temperature', 'temperature', '--temperature'],
  ['encoder_temperature', 'encoder_temperature', 'EncoderTemperature', 'encoderTemperature', '--encoder-temperature'],
  ['prior_temperature', 'prior_temperature', 'PriorTemperature', 'priorTemperature', '--prior-temperature'],
  ['enforce_consistency', 'consistency', 'Consistency', 'consistency', '--consistency'],
  ['input_fit', 'fit', 'Fit', 'fit', '--fit'],
];
const column = Object.fromEntries(languages.map((language, index) => [language, index + 1]));

const settings = {
  model: 'faces@1.2',
  scale: 8,
  sampleCount: 3,
  encoderTemperature: 0.7,
  priorTemperature: 0.9,
  enforceConsistency: true,
  seed: 12345678901234567890n,
};
const whole = { settings, file: 'a \'small\' "picture".png', isCropped: true, server: 'http://127.0.0.1:5000', hasKey: true };
const least = {
  ...whole,
  file: 'small.png',
  isCropped: false,
  hasKey: false,
  settings: { ...settings, encoderTemperature: 0.8, priorTemperature: 0.8, enforceConsistency: false, seed: undefined },
};

/** Names and values of the options of a snippet. */
const readers = {
  Python: (code) => [...code.matchAll(/^ {8}(\w+)=(.+),$/gm)],
  'C#': (code) => [...code.matchAll(/^ {4}(\w+) = (.+),$/gm)],
  TypeScript: (code) => [...code.matchAll(/^ {2}(\w+): (.+),$/gm)].filter(([, name]) => name !== 'image'),
  'Command line': (code) =>
    [...code.matchAll(/^ {2}(--[\w-]+) ?(.*?) ?\\?$/gm)].filter(([, name]) => !['--output', '--server', '--api-key'].includes(name)),
};
const optionsOf = (language, code) => Object.fromEntries(readers[language](code).map(([, name, value]) => [name, value]));

const expected = {
  Python: ['"faces@1.2"', '3', '8', '12345678901234567890', '0.7', '0.9', 'True', '"crop"'],
  'C#': ['"faces@1.2"', '3', '8', '12345678901234567890', '0.7f', '0.9f', 'true', 'InputFit.CropAndResize'],
  TypeScript: ["'faces@1.2'", '3', '8', '12345678901234567890n', '0.7', '0.9', 'true', "'crop'"],
  'Command line': ['faces@1.2', '3', '8', '12345678901234567890', '0.7', '0.9', '', 'crop'],
};

for (const language of languages) {
  test(`${language}: the options have the agreed names, and the settings' values`, () => {
    const names = table.filter(([field]) => field !== '(both temperatures)').map((row) => row[column[language]]);
    assert.deepEqual(
      optionsOf(language, snippet(language, whole)),
      Object.fromEntries(names.map((name, index) => [name, expected[language][index]])),
    );
  });

  test(`${language}: one temperature where both are the same, and nothing that is not set`, () => {
    const names = ['model', 'sample_count', 'scale', '(both temperatures)'].map(
      (field) => table.find(([name]) => name === field)[column[language]],
    );
    assert.deepEqual(Object.keys(optionsOf(language, snippet(language, least))), names);
  });

  test(`${language}: a key is never shown`, () => {
    assert.match(snippet(language, whole), /(api_key="\.\.\."|ApiKey = "\.\.\."|apiKey: '\.\.\.'|--api-key \.\.\.)/);
    assert.doesNotMatch(snippet(language, least), /api.?key/i);
  });
}

test('TypeScript: the snippet can be parsed', () => {
  for (const call of [whole, least]) {
    const { diagnostics } = typescript.transpileModule(snippet('TypeScript', call), {
      reportDiagnostics: true,
      compilerOptions: { target: 'ES2022', module: 'ESNext' },
    });
    assert.deepEqual(
      diagnostics.map(({ messageText }) => messageText),
      [],
    );
  }
  assert(snippet('TypeScript', whole).includes(`readFile('a \\'small\\' "picture".png')`));
});

test('Python: the snippet can be parsed', { skip: spawnSync('python3', ['--version']).status !== 0 && 'no Python' }, () => {
  for (const call of [whole, least]) {
    const { status, stderr } = spawnSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], {
      input: snippet('Python', call),
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
  }
});

test('Command line: a shell reads the words as they are meant', () => {
  const code = snippet('Command line', whole);
  const { stdout } = spawnSync('bash', ['-c', `cvdvae() { printf '%s\\n' "$@"; }; ${code}`], { encoding: 'utf8' });
  assert.deepEqual(stdout.split('\n').slice(0, 4), ['upscale', whole.file, '--output', 'out']);
  assert(stdout.endsWith('--server\nhttp://127.0.0.1:5000\n--api-key\n...\n'));
});
