import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const program = fileURLToPath(new URL('./generate.mjs', import.meta.url));

function generate(...args) {
  return spawnSync(process.execPath, [program, ...args], { maxBuffer: 1 << 28, timeout: 60_000 });
}

function framesOf(...args) {
  const run = generate(...args);
  assert.equal(run.status, 0, run.stderr.toString());
  return run.stdout;
}

test('generate_SameArguments_SameBytes', () => {
  assert.deepEqual(framesOf('--prefix', 'train', '--count', '3'), framesOf('--prefix', 'train', '--count', '3'));
});

test('generate_CountAndSize_GiveThatManyBytes', () => {
  assert.equal(framesOf('--prefix', 'train', '--count', '2').length, 2 * 128 * 128 * 3);
  assert.equal(framesOf('--prefix', 'train', '--count', '5', '--size', '32').length, 5 * 32 * 32 * 3);
});

test('generate_First_ContinuesTheSeries', () => {
  // 150 frames are several batches, drawn by several threads.
  const whole = framesOf('--prefix', 'train', '--count', '150', '--size', '16');
  const tail = framesOf('--prefix', 'train', '--first', '60', '--count', '90', '--size', '16');
  assert.deepEqual(whole.subarray(60 * 16 * 16 * 3), tail);
});

test('generate_SeveralSets_ShareNoPicture', () => {
  const count = 100;
  const frame = 64 * 64 * 3;
  const pictures = new Set();
  for (const prefix of ['train', 'valid', 'test']) {
    const frames = framesOf('--prefix', prefix, '--count', String(count), '--size', '64');
    for (let index = 0; index < count; index++) {
      pictures.add(frames.toString('latin1', index * frame, (index + 1) * frame));
    }
  }

  assert.equal(pictures.size, 3 * count);
});

for (const [name, args, message] of [
  ['NoPrefix', ['--count', '1'], /--prefix: missing/],
  ['EmptyPrefix', ['--prefix', '', '--count', '1'], /--prefix: /],
  ['PrefixWithBlank', ['--prefix', 'a b', '--count', '1'], /--prefix: a b; accepted: /],
  ['NoCount', ['--prefix', 'a'], /--count: missing/],
  ['CountZero', ['--prefix', 'a', '--count', '0'], /--count: 0; accepted: an integer from 1/],
  ['CountNoInteger', ['--prefix', 'a', '--count', '1.5'], /--count: 1\.5; accepted: /],
  ['FirstNegative', ['--prefix', 'a', '--first=-1', '--count', '1'], /--first: -1; accepted: /],
  ['SizeTooLarge', ['--prefix', 'a', '--count', '1', '--size', '4096'], /--size: 4096; accepted: an integer from 8 to 1024/],
  ['UnknownOption', ['--prefix', 'a', '--count', '1', '--colour', 'red'], /--colour/],
  ['StrayArgument', ['--prefix', 'a', '--count', '1', 'stray'], /stray/],
]) {
  test(`generate_${name}_FailsWithUsage`, () => {
    const run = generate(...args);
    assert.equal(run.status, 2);
    assert.equal(run.stdout.length, 0);
    assert.match(run.stderr.toString(), message);
    assert.match(run.stderr.toString(), /usage: /);
  });
}

test('generate_ReaderGoesAway_StopsQuietly', { timeout: 60_000 }, async () => {
  const child = spawn(process.execPath, [program, '--prefix', 'train', '--count', '1000000'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (text) => { complaints += text; });
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [status] = await once(child, 'exit');
  assert.equal(status, 0);
  assert.equal(complaints, '');
});
