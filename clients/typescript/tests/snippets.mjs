import { readFileSync } from 'node:fs';
import { root } from './support.mjs';

const pages = ['docs/clients.md', 'clients/typescript/README.md'];

/** Every JavaScript and TypeScript program of the documents: its page, the heading above it, its code, and whether it is for browsers. */
export const snippets = pages.flatMap((page) => {
  const text = readFileSync(`${root}${page}`, 'utf8');
  return [...text.matchAll(/^```(?:js|javascript|mjs|ts|typescript)\n(.*?)^```$/gms)].map(({ 1: code, index }) => ({
    page,
    heading: [...text.slice(0, index).matchAll(/^#+ (.*)$/gm)].at(-1)[1],
    code,
    isWeb: code.includes("'cvdvae/web'"),
  }));
});
