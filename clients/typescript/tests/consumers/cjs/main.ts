import { SuperResolutionClient, SuperResolutionError } from 'cvdvae';
import web = require('cvdvae/web');

async function main(): Promise<void> {
  const client = new SuperResolutionClient({ address: 'http://127.0.0.1:9', maxAttempts: 1 });
  const browser = new web.SuperResolutionClient('http://127.0.0.1:9', { maxAttempts: 1 });
  for (const each of [client, browser]) {
    try {
      for await (const event of each.upscale({ image: new Uint8Array(1), samples: 2 })) {
        console.log(event.kind);
      }
    } catch (error) {
      // One class, though it is imported here and required there.
      const imported = await import('cvdvae');
      if (!(
        error instanceof SuperResolutionError &&
        error instanceof imported.SuperResolutionError &&
        new imported.SuperResolutionError('', { status: 'INTERNAL' }) instanceof SuperResolutionError
      ))
        throw error;
      console.log(`CommonJS: ${error.status}`);
    }
  }
  client.close();
}

void main();
