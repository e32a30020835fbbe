import assert from 'node:assert/strict';
import test from 'node:test';
import { Code } from '@connectrpc/connect';
import { SuperResolutionError } from '../dist/errors.js';
import { fieldEntries } from '../dist/fields.js';
import { UpscaleRequestSchema } from '../dist/gen/cvdvae/v1/super_resolution_service_pb.js';
import { readRequest } from '../dist/request.js';
import { badRequest, failing, fakeClient } from './fake-service.mjs';
import { collect, limit, portrait, services, thrown } from './support.mjs';
import { SuperResolutionClient } from '../dist/node.js';

const bare = readRequest({ image: portrait }).names;

/** The error of a call that is refused with a message. */
async function refusal(request, message, field) {
  const client = fakeClient({
    async *upscale() {
      throw failing(Code.InvalidArgument, message, ...(field ? [badRequest(field, message.slice(field.length + 2))] : []));
    },
  });
  const error = await thrown(collect(client.upscale({ image: portrait, ...request })));
  assert(error instanceof SuperResolutionError, error);
  return error;
}

test('every field of the protocol is told by a name of this library', () => {
  for (const { name: wire, localName } of UpscaleRequestSchema.fields) {
    const [, { name }] = fieldEntries.find(([field]) => field === localName);
    assert.equal(bare.field(wire), name);
    assert.equal(bare.translate(`${wire}: '9' is not accepted`), `${name}: '9' is not accepted`);
    assert.equal(readRequest({ image: portrait, [localName]: localName === 'image' ? portrait : undefined }).names.field(wire), name);
    if (wire.includes('_')) {
      assert.equal(bare.translate(`quality: goes with ${wire} alone`), `quality: goes with ${name} alone`);
      assert.doesNotMatch(name, /_/);
    } else {
      assert.equal(bare.translate(`there is no such ${wire}`), `there is no such ${wire}`);
    }
  }
});

test("every value of the request's enums is told as a caller writes it", () => {
  for (const { name: wire, enum: values } of UpscaleRequestSchema.fields.filter(({ fieldKind }) => fieldKind === 'enum')) {
    for (const { name: value, number } of values.values) {
      const [, { name, words }] = fieldEntries.find(([field]) => UpscaleRequestSchema.field[field].name === wire);
      const word = Object.keys(words).find((each) => words[each] === number);
      const written = word === undefined ? 'undefined' : `'${word}'`;
      assert.equal(bare.translate(`image: only with ${wire} ${value}`), `image: only with ${name}: ${written}`);
      assert.equal(bare.translate(`not with ${value}, which is slow`), `not with ${written}, which is slow`);
      if (word !== undefined) {
        assert.equal(
          readRequest({ image: portrait, [name]: word }).fields[UpscaleRequestSchema.fields.find((field) => field.name === wire).localName],
          number,
        );
      }
    }
  }
});

for (const [request, message, field, expected] of [
  [
    { samples: 99 },
    "sample_count: '99' is not accepted; accepted: 1 to 64, or 0 for 1",
    'sample_count',
    { message: "samples: '99' is not accepted; accepted: 1 to 64", field: 'samples' },
  ],
  [
    { sampleCount: 99 },
    "sample_count: '99' is not accepted; accepted: 1 to 64, or 0 for 1",
    'sample_count',
    { message: "sampleCount: '99' is not accepted; accepted: 1 to 64", field: 'sampleCount' },
  ],
  [
    { temperature: 99 },
    "encoder_temperature: '99' is not accepted; accepted: 0 to 10",
    'encoder_temperature',
    { message: "temperature: '99' is not accepted; accepted: 0 to 10", field: 'temperature' },
  ],
  [
    { encoderTemperature: 99 },
    "encoder_temperature: '99' is not accepted; accepted: 0 to 10",
    'encoder_temperature',
    { message: "encoderTemperature: '99' is not accepted; accepted: 0 to 10", field: 'encoderTemperature' },
  ],
  [
    {},
    "image: '20x20 pixels' is not accepted; accepted: 16x16 (scale 4), or any size with input_fit INPUT_FIT_CROP_AND_RESIZE",
    'image',
    { message: "image: '20x20 pixels' is not accepted; accepted: 16x16 (scale 4), or any size with fit: 'crop'", field: 'image' },
  ],
  [
    { inputFit: 1 },
    "image: '20x20 pixels' is not accepted; accepted: any size with input_fit INPUT_FIT_CROP_AND_RESIZE",
    'image',
    { message: "image: '20x20 pixels' is not accepted; accepted: any size with inputFit: 'crop'", field: 'image' },
  ],
  [
    { stopAt: 3 },
    "stop_at_resolution: '3' is not accepted; accepted: 1, 4, 64, or 0 for the last",
    'stop_at_resolution',
    { message: "stopAt: '3' is not accepted; accepted: 1, 4, 64", field: 'stopAt' },
  ],
  [
    {},
    'the max_sample_count of input_fits and my_input_fit',
    undefined,
    { message: 'the max_sample_count of input_fits and my_input_fit', field: undefined },
  ],
]) {
  test(`${message} is told in the caller's names of ${JSON.stringify(request)}`, limit, async () => {
    const error = await refusal(request, message, field);
    assert.equal(error.message, expected.message);
    assert.equal(error.field, expected.field);
    assert.equal(error.wireField, field);
  });
}

test("a refused field that only the details name is told in the caller's name", limit, async () => {
  const client = fakeClient({
    async *upscale() {
      throw failing(Code.InvalidArgument, 'bad', badRequest('sample_count', 'too many'));
    },
  });
  assert.equal((await thrown(collect(client.upscale({ image: portrait })))).message, 'samples: too many');
});

test("the services' refusals are told in the caller's names", { skip: services.skip, ...limit }, async () => {
  const client = new SuperResolutionClient(services.grpc);
  for (const [request, message, wireField] of [
    [{ samples: 4000 }, /^samples: '4000' is not accepted/, 'sample_count'],
    [{ temperature: 99 }, /^temperature: '99' is not accepted; accepted: 0 to 10$/, 'encoder_temperature'],
    [{ stopAt: 3 }, /^stopAt: '3' is not accepted/, 'stop_at_resolution'],
    [{ previewResolutions: [3] }, /^previewResolutions: '3' is not accepted/, 'preview_resolutions'],
    [{ scale: 3 }, /^scale: '3' is not accepted/, 'scale'],
    [{ quality: 101 }, /^quality: '101' is not accepted/, 'quality'],
  ]) {
    const error = await thrown(collect(client.upscale({ image: portrait, ...request })));
    assert.match(error.message, message);
    assert.equal(error.field, Object.keys(request)[0]);
    assert.equal(error.wireField, wireField);
  }
  const [{ image }] = (await collect(client.upscale({ image: portrait, stopAt: 4 }))).filter(({ kind }) => kind === 'result');
  const error = await thrown(collect(client.upscale({ image: image.data })));
  assert.match(error.message, /^image: '4x4 pixels' is not accepted; .* or any size with fit: 'crop'$/);
  client.close();
});
