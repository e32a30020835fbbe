import assert from 'node:assert/strict';
import test from 'node:test';
import { SuperResolutionClient } from '../dist/node.js';
import { SuperResolutionClient as WebClient } from '../dist/web.js';
import { parseAddress } from '../dist/address.js';

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

test('a browser client refuses what is no address', () => {
  assert.throws(() => new WebClient('/api'), RangeError);
});

test('an address is read into its parts', () => {
  assert.deepEqual(parseAddress('http://[::1]:5000'), { kind: 'tcp', tls: false, host: '::1', port: 5000, url: 'http://[::1]:5000' });
  assert.deepEqual(parseAddress('https://host'), { kind: 'tcp', tls: true, host: 'host', port: 443, url: 'https://host' });
  assert.equal(parseAddress('unix:/run/gateway.sock').path, '/run/gateway.sock');
  assert.equal(parseAddress('unix:///run/gateway.sock').path, '/run/gateway.sock');
});
