import assert from 'node:assert/strict';
import test from 'node:test';
import { Code } from '@connectrpc/connect';
import { SuperResolutionError } from '../dist/errors.js';
import { retryWait, sleep } from '../dist/retries.js';
import { checkOptions } from '../dist/options.js';
import { badRequest, completed, event, failing, fakeClient, retryInfo, started } from './fake-service.mjs';
import { collect, limit, portrait, thrown } from './support.mjs';

const request = { image: portrait, sampleCount: 2 };

test('all kinds of events come typed and in order', limit, async () => {
  const image = { data: new Uint8Array([1, 2, 3]), format: 4, width: 1, height: 1 };
  const client = fakeClient({
    async *upscale() {
      yield started;
      yield event('groupDecoded', { group: 3, resolution: 4 });
      yield event(undefined);
      yield event('preview', { sampleIndex: 1, resolution: 1, image });
      yield event('result', { sampleIndex: 1, image, lrPsnrDb: 41.5 });
      yield completed;
    },
  });
  const events = await collect(client.upscale(request));
  assert.deepEqual(events.map(({ kind }) => kind), ['started', 'groupDecoded', 'preview', 'result', 'completed']);
  assert.equal(events[0].seed, 2n ** 63n);
  assert.deepEqual(events[1], { kind: 'groupDecoded', group: 3, resolution: 4 });
  assert.deepEqual(events[2].image, image);
  assert.equal(events[3].lowResolutionPsnr, 41.5);
  assert.equal(events[4].timings.total, 1500);
  assert.deepEqual(events[4].timings.resolutions, [{ resolution: 1, elapsed: 2 }]);
});

test('what is not admitted is tried again', limit, async () => {
  let calls = 0;
  const client = fakeClient({
    async *upscale() {
      if (++calls < 3) {
        throw failing(Code.Unavailable, 'starting');
      }
      yield started;
      yield completed;
    },
  });
  assert.equal((await collect(client.upscale(request))).length, 2);
  assert.equal(calls, 3);
});

test('what has begun is not tried again', limit, async () => {
  let calls = 0;
  const client = fakeClient({
    async *upscale() {
      calls++;
      yield started;
      throw failing(Code.Unavailable, 'lost');
    },
  });
  const error = await thrown(collect(client.upscale(request)));
  assert(error instanceof SuperResolutionError);
  assert.equal(error.status, 'UNAVAILABLE');
  assert.equal(calls, 1);
});

for (const [name, error, expected] of [
  ['a refused field', failing(Code.InvalidArgument, 'bad', badRequest('image', 'is no image')), { status: 'INVALID_ARGUMENT', field: 'image', message: 'image: is no image', attempts: 1 }],
  ['a refused field that the message names', failing(Code.InvalidArgument, "scale: '3' is not accepted", badRequest('scale', "'3' is not accepted")), { status: 'INVALID_ARGUMENT', field: 'scale', message: "scale: '3' is not accepted" }],
  ['a wait longer than the client takes', failing(Code.ResourceExhausted, 'busy', retryInfo(60, 500_000_000)), { status: 'RESOURCE_EXHAUSTED', retryAfterMs: 60_500, message: 'busy; try again in 60.5 s', attempts: 1 }],
  ['an unknown model', failing(Code.NotFound, 'model: there is none'), { status: 'NOT_FOUND', message: 'model: there is none', attempts: 1 }],
  ['an unavailable server', failing(Code.Unavailable, 'stopping'), { status: 'UNAVAILABLE', message: 'stopping', attempts: 4 }],
  ['another service', failing(Code.Unimplemented, ''), { status: 'UNIMPLEMENTED', message: 'fake does not offer this service' }],
  ['details that cannot be read', failing(Code.Internal, 'broken', { type: 'google.rpc.RetryInfo', value: new Uint8Array([255, 255]) }), { status: 'INTERNAL', message: 'broken' }],
]) {
  test(`the error of ${name} can be read`, limit, async () => {
    const client = fakeClient({
      async *upscale() {
        throw error;
      },
    });
    const seen = await thrown(collect(client.upscale(request)));
    assert(seen instanceof SuperResolutionError);
    for (const [key, value] of Object.entries(expected)) {
      assert.equal(seen[key], value, key);
    }
    assert.equal(seen.requestId, 'r1');
  });
}

for (const [name, events, message] of [
  ['without an event', [], /ended the call without an event/],
  ['that begins with something else', [completed], /first event is not Started/],
  ['that breaks off', [started], /before it was completed/],
]) {
  test(`an answer ${name} is an error`, limit, async () => {
    const client = fakeClient({
      async *upscale() {
        yield* events;
      },
    });
    assert.match((await thrown(collect(client.upscale(request)))).message, message);
  });
}

test('leaving the loop cancels the call', limit, async () => {
  let cancelled;
  const ended = new Promise((resolve) => (cancelled = resolve));
  const client = fakeClient({
    async *upscale(_, { signal }) {
      signal.addEventListener('abort', cancelled);
      yield started;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  });
  for await (const { kind } of client.upscale(request)) {
    assert.equal(kind, 'started');
    break;
  }
  await ended;
});

test('a signal cancels the call, also while it waits to try again', limit, async () => {
  const client = fakeClient({
    async *upscale() {
      throw failing(Code.Unavailable, 'stopping');
    },
  }, { retryDelayMs: 60_000, maxRetryDelayMs: 60_000 });
  const stop = new AbortController();
  const reason = new Error('enough');
  setTimeout(() => stop.abort(reason), 20);
  assert.equal(await thrown(collect(client.upscale(request, { signal: stop.signal }))), reason);
});

test('a deadline is kept and named', limit, async () => {
  const client = fakeClient({
    async *upscale(_, { signal }) {
      await sleep(50_000, signal);
    },
  });
  const error = await thrown(collect(client.upscale(request, { deadlineMs: 50 })));
  assert.equal(error.status, 'DEADLINE_EXCEEDED');
  assert.match(error.message, /deadline of 0\.05 s/);
});

test('key, token and request id are sent', limit, async () => {
  let seen;
  const client = fakeClient({
    listModels(_, { requestHeader }) {
      seen = ['x-api-key', 'authorization', 'x-request-id'].map((name) => requestHeader.get(name));
      return {};
    },
  }, { apiKey: 'k', token: 'a.b.c' });
  await client.listModels({ requestId: 'mine' });
  assert.deepEqual(seen, ['k', 'Bearer a.b.c', 'mine']);
  await client.listModels({ apiKey: '', token: 'd.e.f' });
  assert.deepEqual(seen, [null, 'Bearer d.e.f', null]);
});

test('waits double, are shortened at random, and never go below what the server asks', () => {
  const options = checkOptions({ retryDelayMs: 200, maxRetryDelayMs: 1000 });
  const error = (attempts, retryAfterMs, status = 'UNAVAILABLE') => ({ attempts, retryAfterMs, status });
  assert.equal(retryWait(options, error(1), 0), 200);
  assert.equal(retryWait(options, error(2), 0), 400);
  assert.equal(retryWait(options, error(2), 1), 200);
  assert.equal(retryWait(options, error(3, 500), 1), 625);
  assert.equal(retryWait(options, error(4)), undefined);
  assert.equal(retryWait(options, error(1, 1001)), undefined);
  assert.equal(retryWait(options, error(1, undefined, 'RESOURCE_EXHAUSTED')), undefined);
  assert.equal(retryWait(options, error(1, undefined, 'INTERNAL')), undefined);
});
