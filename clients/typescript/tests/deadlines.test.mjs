import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { Code } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { SuperResolutionService } from '../dist/gen/cvdvae/v1/super_resolution_service_pb.js';
import { CompletionReason, SuperResolutionClient } from '../dist/node.js';
import { SuperResolutionClient as WebClient } from '../dist/web.js';
import { event, failing, fakeClient, started } from './fake-service.mjs';
import { collect, limit, portrait, services, thrown } from './support.mjs';

const image = (width, level = 0) => ({ data: new Uint8Array([width, level]), format: 1, width, height: width });
const preview = (sampleIndex, resolution) => event('preview', { sampleIndex, resolution, image: image(resolution, sampleIndex) });
const result = (sampleIndex, width) => event('result', { sampleIndex, image: image(width, sampleIndex), lrPsnrDb: 40 });
const unanswered = (signal) => sleep(30_000, undefined, { signal, ref: false }).catch(() => undefined);

/** Timers of deadlines do not run here but are set off, so that nothing depends on how fast this machine is. Each test has its own deadline. */
const held = new Map();
const spacing = 1_000_000;
const realSetTimeout = globalThis.setTimeout;
let deadlines = 0;

globalThis.setTimeout = (action, milliseconds, ...rest) => {
  const deadline = Math.ceil(milliseconds / spacing) * spacing;
  if (!held.has(deadline) || deadline - milliseconds > 60_000) {
    return realSetTimeout(action, milliseconds, ...rest);
  }
  held.get(deadline).push(action);
  return undefined;
};

/** A deadline that passes when it is told to. */
function heldDeadline() {
  const deadlineMs = ++deadlines * spacing;
  held.set(deadlineMs, []);
  return { deadlineMs, pass: () => held.get(deadlineMs).forEach((action) => action()) };
}

/** A promise and what resolves it. */
function resolvers() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}

/** Waits until what was sent within this process has been read: some turns of its loop. */
async function turns() {
  for (let turn = 0; turn < 20; turn++) {
    await sleep(20);
  }
}

/** How a call comes to its deadline: this side's timer fires, or the server says so. */
const endings = [
  ["this side's timer", (signal) => unanswered(signal), ({ pass }) => pass()],
  [
    'the status of the server',
    (_, passed) =>
      passed.then(() => {
        throw failing(Code.DeadlineExceeded, 'the deadline passed');
      }),
    () => {},
  ],
];

/** Clients of a server that does what a test wants, over each transport. */
const transports = [
  ['in process', async (_, upscale) => fakeClient({ upscale })],
  ['gRPC', async (context, upscale) => new SuperResolutionClient(await serve(context, createServer, upscale))],
  ['gRPC-Web', async (context, upscale) => new WebClient(await serve(context, createHttpServer, upscale))],
];

async function serve(context, make, upscale) {
  const server = make(connectNodeAdapter({ routes: ({ service }) => service(SuperResolutionService, { upscale }) }));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

for (const [transport, make] of transports) {
  // At once: they mostly wait.
  describe(`over ${transport}`, { concurrency: true, ...limit }, () => {
    for (const [ending, end, act] of endings) {
      describe(`a deadline that passes by ${ending}`, { concurrency: true, ...limit }, () => {
        /** What a call gives whose server sends some events and then lets the deadline pass. */
        const call = async (context, ...sent) => {
          const deadline = heldDeadline();
          const { deadlineMs } = deadline;
          const [sentAll, tookAll] = [resolvers(), resolvers()];
          const passed = Promise.all([sentAll.promise, tookAll.promise]);
          const client = await make(context, async function* (_, { signal }) {
            yield* sent;
            sentAll.resolve();
            await end(signal, passed);
          });
          context.after(() => client.close?.());
          void passed.then(() => act(deadline));
          const events = [];
          const took = () => events.length >= sent.length && tookAll.resolve();
          took();
          try {
            for await (const item of client.upscale({ image: portrait, samples: 3 }, { deadlineMs })) {
              events.push(item);
              took();
            }
          } catch (error) {
            return { events, error, deadlineMs };
          }
          return { events, deadlineMs };
        };

        test('ends well with the finest preview of each sample', async (context) => {
          const begin = performance.now();
          const { events, error } = await call(
            context,
            started,
            preview(2, 1),
            preview(0, 1),
            preview(0, 4),
            preview(2, 4),
            preview(2, 8),
            result(1, 64),
          );
          assert.equal(error, undefined);
          assert.deepEqual(
            events.map(({ kind }) => kind),
            ['started', ...new Array(5).fill('preview'), 'result', 'result', 'result', 'completed'],
          );
          assert.deepEqual(
            events.slice(6, 9).map(({ sampleIndex, image: { width }, lowResolutionPsnr }) => [sampleIndex, width, lowResolutionPsnr]),
            [
              [1, 64, 40],
              [0, 4, 0],
              [2, 8, 0],
            ],
          );
          assert.equal(events[7].image, events[3].image);
          const { reason, reachedResolution, timings } = events.at(-1);
          assert.equal(reason, CompletionReason.DEADLINE);
          assert.equal(reachedResolution, 4);
          const total = performance.now() - begin;
          assert(timings.firstPreview > 0 && timings.firstPreview <= timings.total && timings.total <= total, JSON.stringify(timings));
          assert.deepEqual({ ...timings, firstPreview: 0, total: 0 }, { firstPreview: 0, total: 0, queued: 0, device: 0, resolutions: [] });
        });

        test('gives no result for a sample that has reached nothing', async (context) => {
          const { events } = await call(context, started, preview(2, 1));
          assert.deepEqual(
            events.map(({ kind, sampleIndex }) => [kind, sampleIndex]),
            [
              ['started', undefined],
              ['preview', 2],
              ['result', 2],
              ['completed', undefined],
            ],
          );
          assert.equal(events.at(-1).reachedResolution, 1);
        });

        test('ends well with results alone', async (context) => {
          const { events } = await call(context, started, result(0, 64));
          assert.deepEqual(
            events.map(({ kind }) => kind),
            ['started', 'result', 'completed'],
          );
          assert.deepEqual(
            [events[2].reachedResolution, events[2].reason, events[2].timings.firstPreview],
            [64, CompletionReason.DEADLINE, 0],
          );
        });

        for (const [what, ...sent] of [
          ['nothing'],
          ['Started', started],
          ['groups', started, event('groupDecoded', { group: 0, resolution: 1 })],
        ]) {
          test(`fails where no more than ${what} has come`, async (context) => {
            const { events, error, deadlineMs } = await call(context, ...sent);
            assert.equal(events.length, sent.length);
            assert.equal(error?.status, 'DEADLINE_EXCEEDED');
            assert.equal(error.message, `the deadline of ${deadlineMs / 1000} s passed before the call ended`);
          });
        }
      });
    }

    test(`what came before the deadline counts, however long each event takes its reader`, limit, async (context) => {
      const deadline = heldDeadline();
      const sentAll = resolvers();
      const client = await make(context, async function* (_, { signal }) {
        yield* [started, preview(0, 1), preview(0, 4), result(0, 64)];
        sentAll.resolve();
        await unanswered(signal);
      });
      context.after(() => client.close?.());
      const seen = [];
      for await (const item of client.upscale({ image: portrait }, { deadlineMs: deadline.deadlineMs })) {
        seen.push([item.kind, item.image?.width]);
        if (item.kind === 'started') {
          await sentAll.promise;
          await turns();
          deadline.pass();
          await turns();
        }
      }
      assert.deepEqual(seen, [
        ['started', undefined],
        ['preview', 1],
        ['preview', 4],
        ['result', 64],
        ['completed', undefined],
      ]);
    });

    for (const code of [Code.Unavailable, Code.Internal, Code.ResourceExhausted, Code.Canceled]) {
      test(`${Code[code]} after a preview stays a failure`, limit, async (context) => {
        const client = await make(context, async function* () {
          yield started;
          yield preview(0, 4);
          throw failing(code, 'lost');
        });
        context.after(() => client.close?.());
        const error = await thrown(collect(client.upscale({ image: portrait }, { deadlineMs: 20_000 })));
        assert.equal(
          error.status,
          { Canceled: 'CANCELLED', ResourceExhausted: 'RESOURCE_EXHAUSTED' }[Code[code]] ?? Code[code].toUpperCase(),
        );
      });
    }

    test(`cancelling after a preview stays cancelling`, limit, async (context) => {
      const client = await make(context, async function* (_, { signal }) {
        yield started;
        yield preview(0, 4);
        await unanswered(signal);
      });
      context.after(() => client.close?.());
      const stop = new AbortController();
      const reason = new Error('enough');
      const error = await thrown(
        (async () => {
          for await (const { kind } of client.upscale({ image: portrait }, { deadlineMs: 20_000, signal: stop.signal })) {
            if (kind === 'preview') {
              setTimeout(() => stop.abort(reason), 20);
            }
          }
        })(),
      );
      assert.equal(error, reason);
    });

    for (const deadlineMs of [Infinity, 2 ** 31, Number.MAX_VALUE]) {
      test(`a deadline of ${deadlineMs} ms is none`, limit, async (context) => {
        let sent;
        const client = await make(context, async function* (_, { requestHeader, signal }) {
          sent = requestHeader.get('grpc-timeout');
          yield started;
          yield preview(0, 4);
          await sleep(50, undefined, { signal });
          yield event('completed', { reachedResolution: 64, reason: 1 });
        });
        context.after(() => client.close?.());
        const events = await collect(client.upscale({ image: portrait }, { deadlineMs }));
        assert.equal(events.at(-1).reason, CompletionReason.FINISHED);
        assert.equal(sent, null);
      });
    }

    test(`the longest deadline that a timer keeps is one`, limit, async (context) => {
      let sent;
      const client = await make(context, async function* (_, { requestHeader }) {
        sent = requestHeader.get('grpc-timeout');
        yield started;
        await sleep(20);
        yield event('completed', { reachedResolution: 64, reason: 1 });
      });
      context.after(() => client.close?.());
      assert.equal(
        (await collect(client.upscale({ image: portrait }, { deadlineMs: 2 ** 31 - 1 }))).at(-1).reason,
        CompletionReason.FINISHED,
      );
      // Eight digits at most; within the process there is no such header.
      assert.match(sent ?? '2147483S', /^21474\d\dS$/);
    });
  });
}

test('what waits for a slow reader is bounded, and none of it is lost', limit, async () => {
  const size = 1 << 20;
  let sent = 0;
  const client = fakeClient({
    async *upscale() {
      yield started;
      for (; sent < 40; sent++) {
        yield event('preview', { sampleIndex: sent, resolution: 4, image: { data: new Uint8Array(size), format: 4, width: 4, height: 4 } });
      }
      yield event('completed', { reachedResolution: 64, reason: 1 });
    },
  });
  const events = client.upscale({ image: portrait });
  await events.next();
  await sleep(200);
  assert(sent < 20, `${sent} MB wait`);
  assert.equal((await collect(events)).length, 41);
});

const long = process.env.CVDVAE_LONG_TESTS === '1';
for (const [name, make] of [
  ['gRPC', () => new SuperResolutionClient(services.grpc)],
  ['gRPC-Web', () => new WebClient(services.http)],
]) {
  for (const deadlineMs of [50, 100]) {
    test(
      `${long ? '1,000 calls' : '40 calls'} of ${deadlineMs} ms under load, ${name}: none fails after a preview`,
      { skip: services.skip, timeout: long ? 1_800_000 : 120_000 },
      async () => {
        const client = make();
        const tally = { ended: 0, early: 0, refused: 0 };
        const calls = long ? 1000 : 40;
        // Two at a time, so that each is the other's load; more, and a small machine never comes to a preview.
        let begun = 0;
        const caller = async () => {
          while (begun++ < calls) {
            let images = 0;
            try {
              for await (const item of client.upscale({ image: portrait, samples: 5 }, { deadlineMs })) {
                images += item.kind === 'preview' || item.kind === 'result' ? 1 : 0;
                if (item.kind === 'completed') {
                  assert(images > 0, 'it ended well with nothing');
                }
              }
              tally.ended++;
            } catch (error) {
              assert.equal(images, 0, `it failed after ${images} images: ${error.stack}`);
              assert(['DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED'].includes(error.status), error);
              tally[error.status === 'DEADLINE_EXCEEDED' ? 'early' : 'refused']++;
            }
          }
        };
        await Promise.all(Array.from({ length: 2 }, caller));
        assert.equal(tally.ended + tally.early + tally.refused, calls);
        console.log(`# ${name}, ${deadlineMs} ms: ${JSON.stringify(tally)}`);
        client.close?.();
      },
    );
  }
}
