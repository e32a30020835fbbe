import assert from 'node:assert/strict';
import test from 'node:test';
import { SuperResolutionClient } from '../dist/node.js';
import { SuperResolutionClient as WebClient } from '../dist/web.js';
import { parseAddress } from '../dist/address.js';
import { checkOptions, checkSettings } from '../dist/options.js';
import { after } from '../dist/timer.js';
import { caught, thrown } from './support.mjs';

for (const [options, message] of [
  [{ address: 'localhost:5000' }, /address: 'localhost:5000' is not http:\/\/host:port/],
  [{ address: 'http://' }, /address/],
  [{ address: 'unix:relative' }, /address/],
  [{ address: 'http://host/path' }, /address/],
  [{ maxAttempts: 0 }, /maxAttempts: 0 is not from 1 to 20/],
  [{ maxAttempts: 1.5 }, /maxAttempts/],
  [{ deadlineMs: 0 }, /deadlineMs: 0 is not above 0/],
  [{ deadlineMs: NaN }, /deadlineMs/],
  [{ retryDelayMs: 500, maxRetryDelayMs: 100 }, /maxRetryDelayMs: 100 is less than retryDelayMs, 500/],
  [{ apiKey: 'a b' }, /apiKey/],
  [{ token: 'a\nb' }, /token: has a character that is not printable ASCII/],
  [{ address: 'https://host', tls: { cert: 'a certificate' } }, /tls: cert and key go together/],
  [{ address: 'http://host', tls: { ca: 'x' } }, /tls: is for https:/],
  [{ connectTimeoutMs: -1 }, /connectTimeoutMs/],
  [{ maxMessageBytes: 10 }, /maxMessageBytes: 10 is not 1024 or more/],
]) {
  test(`a client refuses ${JSON.stringify(options)}`, () => {
    assert.throws(() => new SuperResolutionClient(options), (error) => error instanceof RangeError && message.test(error.message));
  });
}

for (const [options, expected] of [
  [{ adress: 'http://host' }, 'adress: the client has no such option; did you mean address?'],
  [{ deadline: 100 }, 'deadline: the client has no such option; did you mean deadlineMs?'],
  [{ api_key: 'k' }, 'api_key: the client has no such option; did you mean apiKey?'],
  [{ requestId: 'r' }, 'requestId: the client has no such option; it goes into upscale: each call has its own'],
  [{ samples: 2 }, 'samples: the client has no such option; it goes into upscale: each call has its own'],
  [{ address: 5000 }, 'address: 5000 is not text'],
  [{ address: null }, 'address: null is not text'],
  [{ maxAttempts: '4' }, "maxAttempts: '4' is not a whole number from 1 to 20"],
  [{ deadlineMs: '100' }, "deadlineMs: '100' is not a number of milliseconds"],
  [{ deadlineMs: null }, 'deadlineMs: null is not a number of milliseconds'],
  [{ retryDelayMs: '200' }, "retryDelayMs: '200' is not a number of milliseconds"],
  [{ maxRetryDelayMs: [] }, 'maxRetryDelayMs: an Array is not a number of milliseconds'],
  [{ connectTimeoutMs: '1' }, "connectTimeoutMs: '1' is not a number of milliseconds"],
  [{ maxMessageBytes: '2048' }, "maxMessageBytes: '2048' is not a number of bytes"],
  [{ apiKey: 7 }, 'apiKey: 7 is not text'],
  [{ address: 'https://host', tls: null }, 'tls takes an object with ca, cert, key or serverName, and not null'],
  [{ address: 'https://host', tls: { certificate: 'x' } }, /^tls\.certificate: tls has no such option; /],
  [{ address: 'https://host', tls: { servername: 'x' } }, 'tls.servername: tls has no such option; did you mean serverName?'],
  [{ address: 'https://host', tls: { ca: 7 } }, 'tls.ca: 7 is not PEM as text or bytes, or the path of a file'],
  [{ address: 'https://host', tls: { serverName: 7 } }, 'tls.serverName: 7 is not text'],
  [new URL('http://host'), 'address: a URL is not text, http://host:port'],
  [null, 'address: null is not text, http://host:port'],
]) {
  test(`a client refuses what has the wrong type or name: ${JSON.stringify(options)}`, () => {
    const error = caught(() => new SuperResolutionClient(options));
    assert(error instanceof TypeError, error);
    assert(expected instanceof RegExp ? expected.test(error.message) : error.message === expected, error.message);
  });
}

const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

for (const [options, message] of [
  [{ maxMessageBytes: Infinity }, /^maxMessageBytes: Infinity is more than a message can have, 4294967295$/],
  [{ maxMessageBytes: NaN }, /^maxMessageBytes: NaN is not 1024 or more$/],
  [{ address: 'https://host', tls: { ca: 'nowhere.pem' } }, /^tls\.ca: 'nowhere\.pem' can't be read: ENOENT/],
  [{ address: 'https://host', tls: { ca: 'package.json' } }, /^tls\.ca: 'package\.json' holds no PEM: /],
  [{ address: 'https://host', tls: { ca: new Uint8Array([1, 2]) } }, /^tls\.ca: these bytes are no PEM: /],
  [{ address: 'https://host', tls: { ca: broken } }, /^tls: the certificates can't be used: /],
  [{ address: 'https://host', tls: { cert: broken, key: broken } }, /^tls: the certificates can't be used: /],
]) {
  test(`a client refuses ${JSON.stringify(options)} with a line that helps`, () => {
    assert.match(caught(() => new SuperResolutionClient(options)).message, message);
  });
}

test('what no timer can keep is no limit', async () => {
  const client = new SuperResolutionClient({ deadlineMs: Infinity, connectTimeoutMs: Infinity, retryDelayMs: 1, maxRetryDelayMs: Infinity });
  client.close();
  let stopped = false;
  after(2 ** 31, () => (stopped = true))();
  after(Infinity, () => (stopped = true));
  after(1, () => (stopped = true))();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(stopped, false);
});

test('the address may stand before the other options, or among them', async () => {
  for (const Client of [SuperResolutionClient, WebClient]) {
    const address = 'http://127.0.0.1:9';
    for (const client of [new Client(address, { maxAttempts: 1 }), new Client({ address, maxAttempts: 1 })]) {
      assert.equal((await thrown(client.listModels())).attempts, 1);
      client.close?.();
    }
    assert.throws(() => new Client('http://host', { address: 'http://other' }), { name: 'TypeError', message: 'address: is given twice' });
    assert.match(caught(() => new Client({ address }, { maxAttempts: 1 })).message, /^options: are given twice/);
    assert.throws(() => new Client('http://host', null), { name: 'TypeError', message: 'options: null is not an object' });
  }
});

test('a browser client refuses what is no address', () => {
  assert.throws(() => new WebClient('/api'), RangeError);
  assert.throws(() => new WebClient(), { name: 'TypeError', message: 'address: undefined is not text, http://host:port' });
  assert.throws(() => new WebClient({ apiKey: 'k' }), { name: 'TypeError', message: 'address: undefined is not text' });
});

test('a browser client refuses options that it does not have', () => {
  assert.throws(() => new WebClient('http://host', { tls: {} }), { name: 'TypeError', message: /^tls: the client has no such option; / });
  const typo = caught(() => new WebClient('http://host', { maxAttempt: 2 }));
  assert.equal(typo.message, 'maxAttempt: the client has no such option; did you mean maxAttempts?');
  assert.throws(() => new WebClient('http://host', { deadlineMs: 0 }), RangeError);
});

test('a key that a store does not have is none', () => {
  assert.deepEqual(checkOptions({ apiKey: null, token: null }), checkOptions({}));
  assert.deepEqual(checkSettings({ apiKey: null, token: null }), checkSettings({}));
});

test('an address is read into its parts', () => {
  assert.deepEqual(parseAddress('http://[::1]:5000'), { kind: 'tcp', tls: false, host: '::1', port: 5000, url: 'http://[::1]:5000' });
  assert.deepEqual(parseAddress('https://host'), { kind: 'tcp', tls: true, host: 'host', port: 443, url: 'https://host' });
  assert.equal(parseAddress('unix:/run/gateway.sock').path, '/run/gateway.sock');
  assert.equal(parseAddress('unix:///run/gateway.sock').path, '/run/gateway.sock');
});
