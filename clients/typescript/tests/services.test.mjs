import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ImageFormat, InputFit, SuperResolutionClient } from '../dist/node.js';
import { SuperResolutionClient as WebClient } from '../dist/web.js';
import { collect, limit, portrait, services, thrown } from './support.mjs';

const clients = [['gRPC', () => new SuperResolutionClient(services.grpc)], ['gRPC-Web', () => new WebClient(services.http)]];

for (const [name, make] of clients) {
  describe(`the services over ${name}`, { skip: services.skip, ...limit }, () => {
    const request = { image: portrait, sampleCount: 3, seed: 7n, previewFormat: ImageFormat.RAW_RGB, resultFormat: ImageFormat.RAW_RGB };

    test('previews of all samples at every resolution, in order, and results', async () => {
      const client = make();
      const { models } = await client.listModels();
      const events = await collect(client.upscale({ ...request, reportGroups: true }, { requestId: 'node-test' }));
      const [first] = events;
      assert.equal(first.kind, 'started');
      assert.equal(first.requestId, 'node-test');
      assert.equal(first.model, `${models[0].name}@${models[0].version}`);
      const below = first.resolutions.slice(0, -1);
      for (let sample = 0; sample < 3; sample++) {
        const own = events.filter((event) => event.sampleIndex === sample);
        assert.deepEqual(own.map(({ kind }) => kind), [...below.map(() => 'preview'), 'result']);
        assert.deepEqual(own.filter(({ kind }) => kind === 'preview').map(({ resolution }) => resolution), below);
        assert.equal(own.at(-1).image.data.length, first.outputSize ** 2 * 3);
        assert(own.at(-1).lowResolutionPsnr > 10);
      }
      assert.deepEqual(events.filter(({ kind }) => kind === 'groupDecoded').map(({ group }) => group), Array.from({ length: first.groupCount }, (_, group) => group));
      assert.equal(events.at(-1).kind, 'completed');
      assert.equal(events.at(-1).reachedResolution, first.outputSize);
      client.close?.();
    });

    test('the same seed gives the same images', async () => {
      const client = make();
      const results = async (seed) => (await collect(client.upscale({ ...request, seed }))).filter(({ kind }) => kind === 'result').sort((a, b) => a.sampleIndex - b.sampleIndex).map(({ image }) => Buffer.from(image.data));
      const [first, second, other] = [await results(7n), await results(7n), await results(8n)];
      first.forEach((data, sample) => {
        // Up to float rounding, which a batch may change.
        const different = data.filter((level, index) => level !== second[sample][index]).length;
        assert(different <= data.length / 1000, `${different} of ${data.length} values differ`);
      });
      assert(first.some((data, sample) => !data.equals(other[sample])));
      client.close?.();
    });

    test('a cancelled call ends with its reason, and the next one runs', async () => {
      const client = make();
      const stop = new AbortController();
      const reason = new Error('enough');
      const seen = [];
      const error = await thrown((async () => {
        for await (const event of client.upscale({ ...request, sampleCount: 16 }, { signal: stop.signal })) {
          seen.push(event.kind);
          if (event.kind === 'preview') {
            stop.abort(reason);
          }
        }
      })());
      assert.equal(error, reason);
      assert(!seen.includes('result'));
      assert.equal((await collect(client.upscale({ ...request, sampleCount: 1 }))).at(-1).kind, 'completed');
      client.close?.();
    });

    test('a file that is no image is refused by its field', async () => {
      const client = make();
      const error = await thrown(collect(client.upscale({ image: new TextEncoder().encode('no image at all') })));
      assert.equal(error.status, 'INVALID_ARGUMENT');
      assert.equal(error.field, 'image');
      assert.match(error.message, /^image: /);
      assert(error.requestId);
      client.close?.();
    });

    test('a photograph is cut and resized', async () => {
      const client = make();
      const { models } = await client.listModels();
      const events = await collect(client.upscale({ ...request, scale: models[0].scales[0].scale, sampleCount: 1, inputFit: InputFit.CROP_AND_RESIZE }));
      assert.equal(events.at(-1).kind, 'completed');
      client.close?.();
    });

    test('a deadline that is too short ends the call with what there is, or says so', async () => {
      const client = make();
      try {
        const events = await collect(client.upscale({ ...request, sampleCount: 64 }, { deadlineMs: 400 }));
        assert.equal(events.at(-1).kind, 'completed');
        assert(events.at(-1).reachedResolution < events[0].outputSize);
      } catch (error) {
        assert(['DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED'].includes(error.status), error);
      }
      client.close?.();
    });
  });
}
