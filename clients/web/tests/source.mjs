import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import typescript from 'typescript';

// What browsers have.
globalThis.ImageData ??= class {
  constructor(width, height) {
    Object.assign(this, { width, height, data: new Uint8ClampedArray(width * height * 4) });
  }
};

/** Imports one of the page's modules that needs no other one. */
export function load(name) {
  const source = readFileSync(fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url)), 'utf8');
  const { outputText } = typescript.transpileModule(source, { compilerOptions: { target: 'ES2022', module: 'ESNext' } });
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`);
}

/** An image from a function of x, y and channel. */
export function imageOf(width, height, level) {
  const image = new ImageData(width, height);
  image.data.forEach((_, at) => (image.data[at] = at % 4 === 3 ? 255 : level((at >> 2) % width, Math.floor((at >> 2) / width), at % 4)));
  return image;
}
