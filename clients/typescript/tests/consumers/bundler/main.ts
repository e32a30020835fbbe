import { SuperResolutionClient, SuperResolutionError, toBlob, type UpscaleInput, type WebImage } from 'cvdvae/web';

const client = new SuperResolutionClient('http://127.0.0.1:9', { maxAttempts: 1, apiKey: null });

/** Image data goes into a Blob, an ImageData and a request as it is. */
export async function show(input: HTMLInputElement): Promise<Blob[]> {
  const image: WebImage = input.files![0]!;
  const request: UpscaleInput = { image, samples: 2, fit: 'crop', resultFormat: 'webp' };
  const blobs: Blob[] = [];
  for await (const event of client.upscale(request)) {
    if (event.kind === 'preview' || event.kind === 'result') {
      blobs.push(new Blob([event.image.data], { type: 'image/png' }), toBlob(event.image));
      await createImageBitmap(toBlob(event.image));
      await fetch('/', { method: 'POST', body: event.image.data });
    }
  }
  return blobs;
}

client.listModels().then(
  ({ models }) => console.log(models.length),
  (error: unknown) => {
    if (!(error instanceof SuperResolutionError)) throw error;
    console.log(`browser: ${error.status}`);
  },
);
