// What a snippet for browsers has from its page and its browser.
import { readFileSync, writeFileSync } from 'node:fs';

globalThis.file = new Blob([readFileSync('small.png')]);
globalThis.show = async (sample, blob, width) => writeFileSync(`shown-${sample}-${width}.png`, new Uint8Array(await blob.arrayBuffer()));
globalThis.sessionStorage = { getItem: () => process.env.CVDVAE_API_KEY };
