import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { SuperResolutionClient, SuperResolutionError } from '../dist/node.js';
import { SuperResolutionClient as WebClient } from '../dist/web.js';
import { collect, portrait, run, thrown } from './support.mjs';

const patience = 10_000;
const options = { maxAttempts: 2, retryDelayMs: 10 };

/** Listens on a free port for the length of a test. */
async function listen(context, server) {
  const sockets = new Set();
  server.on('connection', (socket) => sockets.add(socket));
  server.on('error', () => {});
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return server.address().port;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function upscaleFails(client, settings = {}) {
  const begin = performance.now();
  const error = await thrown(collect(client.upscale({ image: portrait }, settings)));
  client.close?.();
  assert(performance.now() - begin < patience, 'it took too long');
  assert(error instanceof SuperResolutionError, error);
  return error;
}

function certificate(context) {
  const folder = mkdtempSync(join(tmpdir(), 'cvdvae-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  return run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert])
    .then(() => ({ key: readFileSync(key), cert: readFileSync(cert) }));
}

test('a dead server: connection refused, after the attempts', async () => {
  const port = await freePort();
  const error = await upscaleFails(new SuperResolutionClient({ address: `http://127.0.0.1:${port}`, ...options }));
  assert.equal(error.message, `can't reach http://127.0.0.1:${port}: connection refused`);
  assert.equal(error.status, 'UNAVAILABLE');
  assert.equal(error.attempts, 2);
});

test('a dead server, over gRPC-Web', async () => {
  const port = await freePort();
  const error = await upscaleFails(new WebClient(`http://127.0.0.1:${port}`, options));
  assert.match(error.message, /^can't reach http:.*ECONNREFUSED/);
  assert.equal(error.status, 'UNAVAILABLE');
});

test('a socket that is not there', async () => {
  const error = await upscaleFails(new SuperResolutionClient({ address: 'unix:/nowhere/at/all.sock', ...options }));
  assert.match(error.message, /can't reach unix:.*: there is no such socket/);
});

test('a host that is not there', async () => {
  const error = await upscaleFails(new SuperResolutionClient({ address: 'http://no-such-host.invalid:5000', ...options }));
  assert.match(error.message, /there is no such host|could not be looked up/);
});

test('a wrong server, HTTP/1.1', async (context) => {
  const port = await listen(context, createHttpServer((_, response) => response.end('hello')));
  const error = await upscaleFails(new SuperResolutionClient({ address: `http://127.0.0.1:${port}`, ...options }));
  assert.match(error.message, /can't reach .*: the server (does not speak HTTP\/2 there|closed the connection)/);
});

test('a wrong server, HTTP/2 with a web page', async (context) => {
  const port = await listen(context, createHttp2Server((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello')));
  const error = await upscaleFails(new SuperResolutionClient({ address: `http://127.0.0.1:${port}`, ...options }));
  assert.match(error.message, /does not speak gRPC/);
});

test('a wrong server, gRPC without this service', async (context) => {
  const port = await listen(context, createHttp2Server((_, response) => response.writeHead(200, { 'content-type': 'application/grpc', 'grpc-status': '12' }).end()));
  const error = await upscaleFails(new SuperResolutionClient({ address: `http://127.0.0.1:${port}`, ...options }));
  assert.match(error.message, /does not offer this service/);
  assert.equal(error.status, 'UNIMPLEMENTED');
});

test('a wrong server, over gRPC-Web', async (context) => {
  const port = await listen(context, createHttpServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello')));
  const error = await upscaleFails(new WebClient(`http://127.0.0.1:${port}`, options));
  assert.match(error.message, /not that of a gRPC-Web server/);
});

test('a silent server: the deadline passes', async (context) => {
  const port = await listen(context, createServer(() => {}));
  const error = await upscaleFails(new SuperResolutionClient({ address: `http://127.0.0.1:${port}`, ...options }), { deadlineMs: 300 });
  assert.equal(error.message, 'the deadline of 0.3 s passed before the call ended');
  assert.equal(error.status, 'DEADLINE_EXCEEDED');
});

test('a silent server, over gRPC-Web: the deadline passes', async (context) => {
  const port = await listen(context, createServer(() => {}));
  const error = await upscaleFails(new WebClient(`http://127.0.0.1:${port}`, options), { deadlineMs: 300 });
  assert.equal(error.status, 'DEADLINE_EXCEEDED');
});

test('a silent server behind TLS: the connection is not there in time', async (context) => {
  const port = await listen(context, createServer(() => {}));
  const error = await upscaleFails(new SuperResolutionClient({ address: `https://127.0.0.1:${port}`, connectTimeoutMs: 200, ...options }));
  assert.match(error.message, /no connection within 0\.2 s/);
});

test('TLS to a server without it', async (context) => {
  const port = await listen(context, createHttpServer());
  const error = await upscaleFails(new SuperResolutionClient({ address: `https://127.0.0.1:${port}`, ...options }));
  assert.match(error.message, /does not answer with TLS; without it the address begins with http:/);
});

test('TLS to the gateway without it', { skip: process.env.CVDVAE_SERVER ? false : 'no services' }, async () => {
  const error = await upscaleFails(new SuperResolutionClient({ address: process.env.CVDVAE_SERVER.replace('http:', 'https:'), ...options }));
  assert.match(error.message, /does not answer with TLS|closed the connection/);
});

test('no TLS to a server that wants it', async (context) => {
  const port = await listen(context, createTlsServer(await certificate(context)));
  const error = await upscaleFails(new SuperResolutionClient({ address: `http://127.0.0.1:${port}`, ...options }));
  assert.match(error.message, /where it wants TLS the address begins with https:/);
});

test('a certificate that nobody trusts', async (context) => {
  const port = await listen(context, createTlsServer({ ...(await certificate(context)), ALPNProtocols: ['h2'] }));
  const error = await upscaleFails(new SuperResolutionClient({ address: `https://localhost:${port}`, ...options }));
  assert.match(error.message, /the certificate of the server is not accepted \(self.signed certificate/);
});

test('no HTTP/2 port: the HTTP/1.1 one of the gateway', { skip: process.env.CVDVAE_HTTP ? false : 'no services' }, async () => {
  const error = await upscaleFails(new SuperResolutionClient({ address: process.env.CVDVAE_HTTP, ...options }));
  assert.match(error.message, /does not speak HTTP\/2 there|closed the connection/);
});
