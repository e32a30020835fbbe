import {
  CompletionReason,
  ImageFormat,
  InputFit,
  saveImage,
  SuperResolutionClient,
  SuperResolutionError,
  toBlob,
  type EncodedImage,
  type NodeClientOptions,
  type NodeImage,
  type UpscaleEvent,
  type UpscaleInput,
} from 'cvdvae';
import { SuperResolutionClient as WebClient } from 'cvdvae/web';

const options: NodeClientOptions = { address: 'http://127.0.0.1:9', maxAttempts: 1, apiKey: process.env['CVDVAE_API_KEY'] };
const client = new SuperResolutionClient(options);

/** Both clients in one variable. */
export async function first(either: SuperResolutionClient | WebClient): Promise<bigint | undefined> {
  const events: AsyncGenerator<UpscaleEvent> = either.upscale({ image: new Uint8Array(), samples: 2, seed: 7n }, { deadlineMs: 1000 });
  for await (const event of events) {
    if (event.kind === 'started') {
      return event.seed;
    }
  }
  throw new SuperResolutionError('nothing', { status: 'INTERNAL' });
}

/** Every name, the aliases too. */
export const requests: UpscaleInput[] = [
  { image: 'small.png' },
  {
    image: new URL('file:///small.png'),
    samples: 2,
    seed: 7,
    temperature: 0.5,
    consistency: true,
    fit: 'crop',
    previewFormat: 'raw',
    resultFormat: 'jpeg',
    pixelSampling: 'mean',
    stopAt: 16,
    previewResolutions: [4, 8] as const,
  },
  {
    image: Buffer.from(''),
    sampleCount: 2,
    seed: undefined,
    enforceConsistency: true,
    inputFit: InputFit.CROP_AND_RESIZE,
    resultFormat: ImageFormat.WEBP,
    stopAtResolution: 16,
    quality: 80,
    reportGroups: true,
    model: 'm',
  },
];
// @ts-expect-error An image is needed.
client.upscale({ samples: 2 });
// @ts-expect-error There is no such option.
client.upscale({ image: 'small.png', temprature: 2 });
// @ts-expect-error There is no such word.
client.upscale({ image: 'small.png', fit: 'squeeze' });
// @ts-expect-error A browser has no files by path.
new WebClient('http://127.0.0.1:9').upscale({ image: 'small.png' });

/** What comes can be written and passed on without a copy. */
export async function keep(image: EncodedImage): Promise<[ArrayBuffer, Blob]> {
  await saveImage(image, 'out.png');
  return [image.data.buffer, toBlob(image)];
}

export const image: NodeImage = 'small.png';

try {
  await client.listModels();
} catch (error) {
  if (!(error instanceof SuperResolutionError)) throw error;
  console.log(`ESM: ${error.status}, ${CompletionReason[CompletionReason.DEADLINE]}`);
} finally {
  client.close();
}
