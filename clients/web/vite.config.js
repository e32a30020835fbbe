import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { notices } from './notices.js';

export default defineConfig({
  plugins: [notices(fileURLToPath(new URL('dist/third-party-notices.txt', import.meta.url)))],
  // The gateway's policy takes nothing from anywhere but its own files: no inlined images, no injected scripts.
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: true, emptyOutDir: true },
  // `npx vite` beside `make serve`: the page from its sources, the calls to the gateway.
  server: { fs: { allow: ['../..'] }, proxy: { '/cvdvae.v1.SuperResolutionService': 'http://127.0.0.1:5001' } },
});
