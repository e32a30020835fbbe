import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'node:test';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { SuperResolutionService } from '../dist/gen/cvdvae/v1/super_resolution_service_pb.js';
import { started } from './fake-service.mjs';
import { limit, root, run } from './support.mjs';

for (const [name, make, entry] of [['gRPC', createServer, 'node'], ['gRPC-Web', createHttpServer, 'web']]) {
  test(`a program that leaves a call ends, whatever the deadline: ${name}`, limit, async (context) => {
    let left;
    const gone = new Promise((resolve) => (left = resolve));
    const server = make(connectNodeAdapter({
      routes: ({ service }) => service(SuperResolutionService, {
        async *upscale(_, { signal }) {
          signal.addEventListener('abort', left);
          yield started;
          await sleep(60_000, undefined, { signal, ref: false }).catch(() => undefined);
        },
      }),
    }));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    context.after(() => server.close());
    const program = `
import { SuperResolutionClient } from '${root}clients/typescript/dist/${entry}.js';
const client = new SuperResolutionClient('http://127.0.0.1:${server.address().port}');
for await (const event of client.upscale({ image: new Uint8Array(1) }, { deadlineMs: 50_000 })) {
  console.log(event.kind);
  break;
}
client.close?.();
`;
    const begin = performance.now();
    assert.equal(await run('node', ['--input-type=module', '--eval', program]), 'started\n');
    const seconds = (performance.now() - begin) / 1000;
    assert(seconds < 30, `it ended after ${seconds} s`);
    await gone;
  });
}
