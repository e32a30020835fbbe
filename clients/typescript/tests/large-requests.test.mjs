import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:http2';
import test from 'node:test';
import { Code } from '@connectrpc/connect';
import { MessageTooLargeError, SuperResolutionClient, SuperResolutionError } from '../dist/node.js';
import { SuperResolutionClient as WebClient } from '../dist/web.js';
import { failing, fakeClient, started } from './fake-service.mjs';
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

function answerPage(stream, status) {
  stream.respond({ ':status': status, 'content-type': 'text/html' });
  stream.end('<html><body>no</body></html>');
}

async function refusedByWeb(context, status) {
  const server = createHttpServer((_, response) => response.writeHead(status, { 'content-type': 'text/html' }).end('<html>no</html>'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = `http://127.0.0.1:${server.address().port}`;
  const client = new WebClient(address, { maxAttempts: 2, retryDelayMs: 10 });
  return { address, error: await thrown(collect(client.upscale({ image: large.subarray(0, 5) }))) };
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

for (const [text, limit_] of [
  ['Received message exceeds the maximum configured message size.', undefined],
  ['grpc: received message larger than max (26214409 vs. 4194304)', 4194304],
  ['gRPC message exceeds maximum size 4194304: 26214409', 4194304],
]) {
  test(`a request that is too large says so, with its size: ${text}`, limit, async (context) => {
    const { error } = await refused(context, (stream) => {
      stream.respond({ ...grpc, 'grpc-status': '8', 'grpc-message': text }, { endStream: true });
    });
    assert(error instanceof MessageTooLargeError && error instanceof SuperResolutionError, error);
    const most = limit_ === undefined ? 'the server takes less' : `the server takes at most ${limit_}`;
    assert.deepEqual(
      [error.name, error.status, error.message, error.size, error.limit, error.attempts],
      ['MessageTooLargeError', 'RESOURCE_EXHAUSTED', `the request is too large: 26214405 bytes; ${most}`, 26214405, limit_, 1],
    );
  });
}

test('a quota that is used up is not a request that is too large', limit, async (context) => {
  const { error } = await refused(context, (stream) => {
    stream.respond({ ...grpc, 'grpc-status': '8', 'grpc-message': 'this quota is used up' }, { endStream: true });
  });
  assert(!(error instanceof MessageTooLargeError), error);
  assert.equal(error.message, 'this quota is used up');
});

for (const [http, status, meaning, attempts] of [
  [401, 'UNAUTHENTICATED', 'what answers there wants credentials', 1],
  [403, 'PERMISSION_DENIED', 'what answers there refuses this client', 1],
  [404, 'UNIMPLEMENTED', 'the server does not speak gRPC there', 1],
  [407, 'UNAUTHENTICATED', 'what answers there wants credentials', 1],
  [421, 'UNKNOWN', 'the server is not one of this name', 1],
  [429, 'UNAVAILABLE', 'what answers there takes no more calls for now', 2],
  [502, 'UNAVAILABLE', 'what answers there does not reach the service', 2],
  [503, 'UNAVAILABLE', 'what answers there does not reach the service', 2],
  [504, 'UNAVAILABLE', 'what answers there does not reach the service', 2],
]) {
  test(`the answer of a proxy, ${http}`, limit, async (context) => {
    const { error, address } = await refused(context, (stream) => answerPage(stream, http));
    assert.deepEqual([error.status, error.message, error.attempts], [status, `can't reach ${address}: ${meaning} (HTTP ${http})`, attempts]);
  });
  // The others are fetch's own to handle.
  test(`the answer of a proxy, ${http}, by gRPC-Web`, { ...limit, skip: [407, 421].includes(http) }, async (context) => {
    const { error, address } = await refusedByWeb(context, http);
    assert.deepEqual([error.status, error.message, error.attempts], [status, `can't reach ${address}: ${meaning} (HTTP ${http})`, attempts]);
  });
}

for (const way of ['gRPC', 'gRPC-Web']) {
  test(`a proxy that takes no request of this size, by ${way}`, limit, async (context) => {
    const { error, address } = way === 'gRPC' ? await refused(context, (stream) => answerPage(stream, 413)) : await refusedByWeb(context, 413);
    assert(error instanceof MessageTooLargeError, error);
    const size = way === 'gRPC' ? 26214405 : 7;
    const message = `can't reach ${address}: the request is too large for what answers there (HTTP 413): ${size} bytes`;
    assert.deepEqual([error.status, error.message, error.size, error.attempts], ['RESOURCE_EXHAUSTED', message, size, 1]);
  });
}

test("an answer over this side's limit says so", async () => {
  const client = fakeClient({
    async *upscale() {
      yield started;
      throw failing(Code.ResourceExhausted, 'message size 5000 is larger than configured readMaxBytes 1024');
    },
  });
  const error = await thrown(collect(client.upscale({ image: large.subarray(0, 5) })));
  assert(error instanceof MessageTooLargeError, error);
  const message = "the server's answer is too large: 5000 bytes; maxMessageBytes is 1024";
  assert.deepEqual([error.message, error.size, error.limit], [message, 5000, 1024]);
});

test('what the server would have taken is asked for', async () => {
  const client = fakeClient({
    async *upscale() {
      throw failing(Code.ResourceExhausted, 'Received message exceeds the maximum configured message size.');
    },
    listModels: () => ({ limits: { maxMessageBytes: 3 } }),
  });
  const error = await thrown(collect(client.upscale({ image: large.subarray(0, 5) })));
  const message = 'the request is too large: 7 bytes; the server takes at most 3';
  assert.deepEqual([error.message, error.size, error.limit, error.status, error.requestId], [message, 7, 3, 'RESOURCE_EXHAUSTED', 'r1']);
});
