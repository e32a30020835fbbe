// Draws samples with @grpc/grpc-js and protos/, and checks the order of the events: upscale.mjs ADDRESS IMAGE SAMPLES.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const missing = 77;
const timeout = 120_000;
const protos = fileURLToPath(new URL('../../../protos/', import.meta.url));
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Follows the events of a call. */
class Check {
  started = null;
  completed = null;
  results = new Map();

  constructor(samples) {
    this.previews = Array.from({ length: samples }, () => []);
  }

  take(response) {
    const kind = response.event;
    assert.equal(this.completed, null, `${kind} came after completed`);
    assert.equal(kind === 'started', this.started === null, `${kind} came where started has to be first, once`);
    if (kind === 'started') {
      this.started = response.started;
    } else if (kind === 'preview') {
      const { sample_index: sample, resolution, image } = response.preview;
      assert(!this.results.has(sample), 'a preview came after the result of its sample');
      assert(resolution > (this.previews[sample].at(-1) ?? 0), 'previews are not coarse to fine');
      assert.deepEqual([image.width, image.height], [resolution, resolution]);
      assert(image.data.subarray(0, png.length).equals(png));
      this.previews[sample].push(resolution);
    } else if (kind === 'result') {
      const { sample_index: sample, image, lr_psnr_db: psnr } = response.result;
      assert(!this.results.has(sample), 'a sample has two results');
      assert.equal(image.width, this.started.output_size);
      this.results.set(sample, Math.round(psnr * 100) / 100);
    } else if (kind === 'completed') {
      this.completed = response.completed;
    }
  }

  finish() {
    assert.notEqual(this.completed, null, 'completed did not come');
    const below = this.started.resolutions.filter((resolution) => resolution < this.started.output_size);
    for (const seen of this.previews) {
      assert.deepEqual(seen, below, 'not every resolution was previewed');
    }

    assert.deepEqual([...this.results.keys()].sort((a, b) => a - b), [...this.previews.keys()], 'not every sample has a result');
    assert.equal(this.completed.reached_resolution, this.started.output_size);
    return {
      model: this.started.model,
      seed: this.started.seed,
      resolutions: this.started.resolutions,
      previews: this.previews.flat().length,
      results: [...this.previews.keys()].map((sample) => this.results.get(sample)),
    };
  }
}

async function load() {
  try {
    return [await import('@grpc/grpc-js'), await import('@grpc/proto-loader')];
  } catch (error) {
    console.error(error.message);
    process.exit(missing);
  }
}

const [address, image, samples] = process.argv.slice(2);
if (samples === undefined) {
  console.error('usage: upscale.mjs ADDRESS IMAGE SAMPLES');
  process.exit(2);
}

const [{ default: grpc }, { default: loader }] = await load();
const definition = loader.loadSync('cvdvae/v1/super_resolution_service.proto', {
  includeDirs: [protos], keepCase: true, longs: String, enums: String, defaults: true, oneofs: true,
});
const { SuperResolutionService } = grpc.loadPackageDefinition(definition).cvdvae.v1;
const client = new SuperResolutionService(address, grpc.credentials.createInsecure());
const metadata = new grpc.Metadata();
metadata.set('x-request-id', 'outside-node');
const request = { image: readFileSync(image), sample_count: Number(samples), seed: '7' };
const check = new Check(Number(samples));
try {
  const { models } = await new Promise((resolve, reject) => {
    client.ListModels({}, { deadline: Date.now() + timeout }, (error, response) => (error ? reject(error) : resolve(response)));
  });
  assert(models.length > 0, 'no model is ready');
  for await (const response of client.Upscale(request, metadata, { deadline: Date.now() + timeout })) {
    check.take(response);
  }

  assert.equal(check.started.request_id, 'outside-node');
  console.log(JSON.stringify(check.finish()));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  client.close();
}
