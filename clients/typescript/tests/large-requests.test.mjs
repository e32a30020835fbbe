import assert from 'node:assert/strict';
import { createServer } from 'node:http2';
import test from 'node:test';
import { SuperResolutionClient } from '../dist/node.js';
import { collect, limit, thrown } from './support.mjs';

/** More than Node keeps for a connection by itself, and more than a server reads before it refuses. */
const large = new Uint8Array(25 << 20);
const grpc = { ':status': 200, 'content-type': 'application/grpc' };

/** A server that answers without reading what it is sent, and the error of a call of it. */
async function refused(context, answer, image = large) {
  const sessions = new Set();
  const server = createServer();
  server.on('session', (session) => sessions.add(session));
  server.on('sessionError', () => {});
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    answer(stream);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${server.address().port}`;
  const client = new SuperResolutionClient({ address, maxAttempts: 2, retryDelayMs: 10 });
  context.after(() => {
    client.close();
    sessions.forEach((session) => session.destroy());
    server.close();
  });
  const error = await thrown(collect(client.upscale({ image })));
  return { error, address };
}

test('a large request that is refused before it was read has the status of the server', limit, async (context) => {
  const { error } = await refused(context, (stream) => {
    stream.respond({ ...grpc, 'grpc-status': '16', 'grpc-message': 'no key' }, { endStream: true });
  });
  assert.deepEqual([error.status, error.message, error.attempts], ['UNAUTHENTICATED', 'no key', 1]);
});

test('a large request that is refused and reset has the status of the server', limit, async (context) => {
  const { error } = await refused(context, (stream) => {
    stream.respond({ ...grpc, 'grpc-status': '16', 'grpc-message': 'no key' }, { endStream: true });
    stream.close(0);
  });
  assert.deepEqual([error.status, error.message], ['UNAUTHENTICATED', 'no key']);
});

test('a large request that is refused in trailers has the status of the server', limit, async (context) => {
  const { error } = await refused(context, (stream) => {
    stream.respond(grpc, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '7', 'grpc-message': 'not for you' }));
    stream.end();
  });
  assert.deepEqual([error.status, error.message], ['PERMISSION_DENIED', 'not for you']);
});
