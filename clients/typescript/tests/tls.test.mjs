import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { SuperResolutionClient } from '../dist/node.js';
import { SuperResolutionService } from '../dist/gen/cvdvae/v1/super_resolution_service_pb.js';
import { certificates } from './certificates.mjs';
import { completed, started } from './fake-service.mjs';
import { caught, collect, limit, portrait, thrown } from './support.mjs';

describe('a server that wants to see certificates', limit, () => {
  let folder;
  let server;
  let address;
  const pem = (name) => readFileSync(join(folder, name));
  const client = (tls) => new SuperResolutionClient({ address, tls, maxAttempts: 1, connectTimeoutMs: 5000 });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cvdvae-'));
    const { authority, signed } = certificates(folder);
    await authority('ca');
    await authority('other-ca');
    await signed('server', 'ca', 'DNS:gateway.test');
    await signed('client', 'ca', 'DNS:client.test');
    await signed('stranger', 'other-ca', 'DNS:client.test');
    const handler = connectNodeAdapter({
      routes: ({ service }) => service(SuperResolutionService, {
        async *upscale() {
          yield started;
          yield completed;
        },
      }),
    });
    server = createSecureServer({ key: pem('server.key'), cert: pem('server.pem'), ca: pem('ca.pem'), requestCert: true, rejectUnauthorized: true }, handler);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `https://127.0.0.1:${server.address().port}`;
  });
  after(() => {
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a client with one of its authority is served', async () => {
    const known = client({ ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('client.key'), serverName: 'gateway.test' });
    const events = await collect(known.upscale({ image: portrait }));
    known.close();
    assert.deepEqual(events.map(({ kind }) => kind), ['started', 'completed']);
  });

  test('certificates may be paths, or the text of PEM', async () => {
    const path = (name) => join(folder, name);
    const text = (name) => String(pem(name));
    for (const given of [path, text]) {
      const known = client({ ca: given('ca.pem'), cert: given('client.pem'), key: given('client.key'), serverName: 'gateway.test' });
      const events = await collect(known.upscale({ image: portrait }));
      known.close();
      assert.equal(events.length, 2);
    }
  });

  test('a key that is not that of the certificate is refused when the client is made', () => {
    const error = caught(() => client({ ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('server.key') }));
    assert(error instanceof RangeError, error);
    assert.match(error.message, /^tls: the certificates can't be used: .*mismatch/);
  });

  for (const [what, name] of [['without one', undefined], ['with one of another authority', 'stranger']]) {
    test(`a client ${what} is told`, async () => {
      const unknown = client({ ca: pem('ca.pem'), serverName: 'gateway.test', ...(name && { cert: pem(`${name}.pem`), key: pem(`${name}.key`) }) });
      const error = await thrown(collect(unknown.upscale({ image: portrait })));
      unknown.close();
      assert.equal(error.status, 'UNAVAILABLE', String(error.stack));
      assert.match(error.message, /can't reach https:.*: the server (refuses the TLS|closed the) connection; does it want a certificate of the client, or another one\?$/);
    });
  }

  test('a server of another name is not talked to', async () => {
    const careful = client({ ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('client.key') });
    const error = await thrown(collect(careful.upscale({ image: portrait })));
    careful.close();
    assert.match(error.message, /the certificate of the server is not accepted \(.*altnames/);
  });
});
