import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import test from 'node:test';
import { ScalarType } from '@bufbuild/protobuf';
import { ImageFormat, InputFit, PixelSampling } from '../dist/common.js';
import { fieldEntries } from '../dist/fields.js';
import { SuperResolutionService, UpscaleRequestSchema } from '../dist/gen/cvdvae/v1/super_resolution_service_pb.js';
import { completed, fakeClient, started } from './fake-service.mjs';
import { collect, limit, portrait, thrown } from './support.mjs';

/** What the server is asked for by a request. */
async function sent(request, settings) {
  let seen;
  const client = fakeClient({
    async *upscale(message) {
      seen = message;
      yield started;
      yield completed;
    },
  });
  await collect(client.upscale({ image: portrait, ...request }, settings));
  return seen;
}

/** What is thrown for a request; nothing may be sent then. */
async function refused(request, settings) {
  let calls = 0;
  const client = fakeClient({
    async *upscale() {
      calls++;
      yield started;
      yield completed;
    },
  });
  const error = await thrown(collect(client.upscale(request, settings)));
  assert.equal(calls, 0, 'it was sent');
  return error;
}

for (const [given, expected] of [
  [{ samples: 3 }, { sampleCount: 3 }],
  [{ sampleCount: 3 }, { sampleCount: 3 }],
  [
    { scale: 8, quality: 75, model: 'faces@1', reportGroups: true, previewResolutions: [4, 64] },
    { scale: 8, quality: 75, model: 'faces@1', reportGroups: true, previewResolutions: [4, 64] },
  ],
  [{ seed: 2n ** 64n - 1n }, { seed: 2n ** 64n - 1n }],
  [{ seed: 7 }, { seed: 7n }],
  [{ seed: Number.MAX_SAFE_INTEGER }, { seed: 2n ** 53n - 1n }],
  [{ temperature: 0.5 }, { encoderTemperature: 0.5, priorTemperature: 0.5 }],
  [
    { temperature: 0.5, encoderTemperature: 0 },
    { encoderTemperature: 0, priorTemperature: 0.5 },
  ],
  [
    { temperature: 0.5, encoderTemperature: 0.25, priorTemperature: 1 },
    { encoderTemperature: 0.25, priorTemperature: 1 },
  ],
  [{ consistency: true }, { enforceConsistency: true }],
  [{ enforceConsistency: true }, { enforceConsistency: true }],
  [{ fit: 'crop' }, { inputFit: InputFit.CROP_AND_RESIZE }],
  [{ fit: 'exact' }, { inputFit: InputFit.EXACT }],
  [{ fit: InputFit.CROP_AND_RESIZE }, { inputFit: InputFit.CROP_AND_RESIZE }],
  [{ inputFit: InputFit.CROP_AND_RESIZE }, { inputFit: InputFit.CROP_AND_RESIZE }],
  [{ inputFit: InputFit.UNSPECIFIED }, { inputFit: InputFit.UNSPECIFIED }],
  [{ inputFit: 'crop' }, { inputFit: InputFit.CROP_AND_RESIZE }],
  [{ pixelSampling: 'mean' }, { pixelSampling: PixelSampling.MEAN }],
  [{ pixelSampling: PixelSampling.MODE }, { pixelSampling: PixelSampling.MODE }],
  [
    { previewFormat: 'raw', resultFormat: 'webp' },
    { previewFormat: ImageFormat.RAW_RGB, resultFormat: ImageFormat.WEBP },
  ],
  [
    { previewFormat: ImageFormat.JPEG, resultFormat: 'png' },
    { previewFormat: ImageFormat.JPEG, resultFormat: ImageFormat.PNG },
  ],
  [{ stopAt: 16 }, { stopAtResolution: 16 }],
  [{ stopAtResolution: 16 }, { stopAtResolution: 16 }],
  [
    { samples: undefined, sampleCount: 2, seed: undefined, fit: undefined, temperature: undefined },
    { sampleCount: 2, seed: undefined, inputFit: 0, encoderTemperature: undefined },
  ],
]) {
  test(`${show(given)} is sent as it is meant`, limit, async () => {
    const seen = await sent(given);
    for (const [field, value] of Object.entries(expected)) {
      assert.deepEqual(seen[field], value, field);
    }
    assert.deepEqual(seen.image, portrait);
  });
}

test('every field of the protocol has a name, and every value of its enums a word', () => {
  assert.deepEqual(fieldEntries.map(([field]) => field).sort(), UpscaleRequestSchema.fields.map(({ localName }) => localName).sort());
  for (const [field, { words }] of fieldEntries) {
    const values = UpscaleRequestSchema.field[field].enum?.values.map(({ number }) => number).filter((number) => number !== 0);
    assert.deepEqual(words && Object.values(words).sort(), values?.sort(), field);
  }
  assert.equal(SuperResolutionService.method.upscale.input, UpscaleRequestSchema);
});

test('every field of the protocol can be asked for, by both of its names', limit, async () => {
  const values = {
    [ScalarType.STRING]: 'x',
    [ScalarType.UINT32]: 3,
    [ScalarType.UINT64]: 3n,
    [ScalarType.FLOAT]: 0.5,
    [ScalarType.BOOL]: true,
  };
  for (const [field, { name, words }] of fieldEntries.filter(([field]) => field !== 'image')) {
    const { fieldKind, scalar, listKind } = UpscaleRequestSchema.field[field];
    const [given, expected] = words ? Object.entries(words).at(-1) : fieldKind === 'list' ? [[3], [3]] : [values[scalar], values[scalar]];
    assert.notEqual(given, undefined, `${field}: ${fieldKind} ${listKind}`);
    for (const key of [name, field]) {
      assert.deepEqual((await sent({ [key]: given }))[field], expected, key);
    }
  }
});

for (const [given, expected] of [
  [{ sampleCount: '5' }, "sampleCount: '5' is not a whole number from 1 to 4294967295"],
  [{ samples: '5' }, "samples: '5' is not a whole number from 1 to 4294967295"],
  [{ samples: NaN }, 'samples: NaN is not a whole number from 1 to 4294967295'],
  [{ samples: Infinity }, 'samples: Infinity is not a whole number from 1 to 4294967295'],
  [{ samples: 0 }, 'samples: 0 is not from 1 to 4294967295'],
  [{ samples: -1 }, 'samples: -1 is not from 1 to 4294967295'],
  [{ samples: 1.5 }, 'samples: 1.5 is not a whole number from 1 to 4294967295'],
  [{ samples: 2 ** 32 }, 'samples: 4294967296 is not from 1 to 4294967295'],
  [{ samples: 5n }, 'samples: 5n is not a whole number from 1 to 4294967295'],
  [{ samples: [5] }, 'samples: an Array is not a whole number from 1 to 4294967295'],
  [{ quality: null }, 'quality: null is not a whole number from 1 to 4294967295'],
  [{ scale: '4' }, "scale: '4' is not a whole number from 1 to 4294967295"],
  [{ stopAt: true }, 'stopAt: true is not a whole number from 1 to 4294967295'],
  [{ seed: '7' }, "seed: '7' is not a bigint (7n) or a whole number (7)"],
  [{ seed: null }, 'seed: null is not a bigint (7n) or a whole number (7)'],
  [{ seed: 1.5 }, 'seed: 1.5 is not a whole number below 2^53; larger seeds are bigints (7n)'],
  [{ seed: 2 ** 53 }, 'seed: 9007199254740992 is not a whole number below 2^53; larger seeds are bigints (7n)'],
  [{ seed: -1 }, 'seed: -1 is not from 0 to 2^64 - 1'],
  [{ seed: 2n ** 64n }, 'seed: 18446744073709551616 is not from 0 to 2^64 - 1'],
  [{ temperature: '0.5' }, "temperature: '0.5' is not a number"],
  [{ encoderTemperature: NaN }, 'encoderTemperature: NaN is not a finite number'],
  [{ priorTemperature: null }, 'priorTemperature: null is not a number'],
  [{ consistency: 'yes' }, "consistency: 'yes' is not true or false"],
  [{ reportGroups: 1 }, 'reportGroups: 1 is not true or false'],
  [{ model: 7 }, 'model: 7 is not text'],
  [{ model: null }, 'model: null is not text'],
  [{ fit: 'squeeze' }, "fit: 'squeeze' is not 'exact' or 'crop'"],
  [{ fit: 'toString' }, "fit: 'toString' is not 'exact' or 'crop'"],
  [{ fit: 7 }, "fit: 7 is not 'exact' or 'crop'"],
  [{ fit: true }, "fit: true is not 'exact' or 'crop'"],
  [{ inputFit: 'CROP_AND_RESIZE' }, "inputFit: 'CROP_AND_RESIZE' is not 'exact' or 'crop'"],
  [{ resultFormat: 'jpg' }, "resultFormat: 'jpg' is not 'png', 'jpeg', 'webp' or 'raw'"],
  [{ pixelSampling: {} }, "pixelSampling: an Object is not 'sample', 'mode' or 'mean'"],
  [{ previewResolutions: 8 }, 'previewResolutions: 8 is not an array of whole numbers'],
  [{ previewResolutions: [4, '8'] }, "previewResolutions[1]: '8' is not a whole number from 1 to 4294967295"],
  [
    { image: 'small.png' },
    "image: 'small.png' is not a Blob, a File, an ArrayBuffer or a Uint8Array; a file of this address: await (await fetch(address)).blob()",
  ],
  [{ image: undefined }, 'image: undefined is not a Blob, a File, an ArrayBuffer or a Uint8Array'],
  [{ image: null }, 'image: null is not a Blob, a File, an ArrayBuffer or a Uint8Array'],
  [{ image: [1, 2] }, 'image: an Array is not a Blob, a File, an ArrayBuffer or a Uint8Array'],
  [{ image: new Uint16Array(2) }, 'image: a Uint16Array is not a Blob, a File, an ArrayBuffer or a Uint8Array'],
]) {
  test(`${show(given)} is refused by its name`, limit, async () => {
    const error = await refused({ image: portrait, ...given });
    assert.equal(error.message, expected);
    assert(error instanceof TypeError || error instanceof RangeError, error);
  });
}

for (const [given, expected] of [
  [{ temprature: 0.5 }, 'temprature: upscale has no such option; did you mean temperature?'],
  [{ sample: 5 }, 'sample: upscale has no such option; did you mean samples?'],
  [{ sample_count: 5 }, 'sample_count: upscale has no such option; did you mean samples?'],
  [{ Seed: 5 }, 'Seed: upscale has no such option; did you mean seed?'],
  [{ stop_at: 16 }, 'stop_at: upscale has no such option; did you mean stopAt?'],
  [{ pixelSamplnig: 'mean' }, 'pixelSamplnig: upscale has no such option; did you mean pixelSampling?'],
  [{ enforceConsistancy: true }, 'enforceConsistancy: upscale has no such option; did you mean consistency?'],
  [{ toString: 1 }, /^toString: upscale has no such option; known are image, model, scale, samples, /],
  [{ nothingLikeIt: undefined }, /^nothingLikeIt: upscale has no such option; known are /],
  [
    { signal: new AbortController().signal },
    'signal: upscale has no such option; it goes into the second argument of upscale, beside the request',
  ],
  [{ deadlineMs: 100 }, 'deadlineMs: upscale has no such option; it goes into the second argument of upscale, beside the request'],
  [{ samples: 1, sampleCount: 1 }, 'samples and sampleCount are two names of the same thing: give one of them'],
  [{ fit: 'crop', inputFit: InputFit.EXACT }, 'fit and inputFit are two names of the same thing: give one of them'],
]) {
  test(`${show(given)} is refused`, limit, async () => {
    const error = await refused({ image: portrait, ...given });
    assert(error instanceof TypeError, error);
    assert(expected instanceof RegExp ? expected.test(error.message) : error.message === expected, error.message);
  });
}

for (const [request, kind] of [
  [portrait, 'a Uint8Array'],
  ['small.png', "'small.png'"],
  [undefined, 'undefined'],
  [null, 'null'],
  [new Blob([]), 'a Blob'],
]) {
  test(`${kind} in place of a request is refused`, limit, async () => {
    const error = await refused(request);
    assert(error instanceof TypeError, error);
    assert.match(error.message, /^upscale takes an object with image, model, scale, /);
    assert(error.message.endsWith(` and not ${kind}`), error.message);
  });
}

for (const [settings, expected] of [
  [{ deadline: 100 }, 'deadline: a call has no such option; did you mean deadlineMs?'],
  [{ samples: 2 }, 'samples: a call has no such option; it goes into the request, the first argument of upscale'],
  [{ deadlineMs: '100' }, "deadlineMs: '100' is not a number of milliseconds"],
  [{ deadlineMs: null }, 'deadlineMs: null is not a number of milliseconds'],
  [{ deadlineMs: NaN }, 'deadlineMs: NaN is not above 0'],
  [{ deadlineMs: -1 }, 'deadlineMs: -1 is not above 0'],
  [{ signal: new AbortController() }, 'signal: an AbortController is not an AbortSignal'],
  [{ signal: 'stop' }, "signal: 'stop' is not an AbortSignal"],
  [{ requestId: 'a b' }, "requestId: 'a b' is not 1 to 128 letters, digits, '-', '_', '.' or ':'"],
  [{ requestId: 7 }, 'requestId: 7 is not text'],
  [{ apiKey: 7 }, 'apiKey: 7 is not text'],
  [{ token: 'a\nb' }, 'token: has a character that is not printable ASCII'],
]) {
  test(`the call's settings ${show(settings)} are refused`, limit, async () => {
    const error = await refused({ image: portrait }, settings);
    assert.equal(error.message, expected);
    assert(error instanceof TypeError || error instanceof RangeError, error);
    const client = fakeClient({ listModels: () => ({}) });
    assert.equal((await thrown(client.listModels(settings))).message, expected);
  });
}

test('a signal in place of the settings is refused', limit, async () => {
  const error = await refused({ image: portrait }, new AbortController().signal);
  assert.equal(error.message, 'a call takes an object with signal, deadlineMs, requestId, apiKey or token, and not an AbortSignal');
});

test('an image is taken as bytes, a buffer, a Blob or a File, also of another context', limit, async () => {
  const copy = portrait.slice();
  for (const image of [
    portrait,
    Buffer.from(portrait),
    copy.buffer,
    new Blob([copy]),
    new File([copy], 'small.png'),
    runInNewContext('new Uint8Array(bytes)', { bytes: [...portrait] }),
  ]) {
    assert.deepEqual((await sent({ image })).image, portrait);
  }
});

function show(given) {
  return JSON.stringify(given, (_, value) =>
    typeof value === 'bigint' ? `${value}n` : typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}
