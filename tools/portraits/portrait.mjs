import { createHash } from 'node:crypto';
import { createAvatar } from '@dicebear/core';
import { toonHead } from '@dicebear/collection';
import { Resvg } from '@resvg/resvg-js';

// Soft solid colours, away from the skin tones so that the outline of the face stays visible.
export const backgroundColors = [
  'b6e3f4', 'c0aede', 'd1d4f9', 'ffd5dc', 'c8e6c9', 'fff3bf', 'b2dfdb', 'cfd8dc',
  'e1bee7', 'f8bbd0', 'dcedc8', 'ffe0b2', '90caf9', '80cbc4', '9fa8da', 'f5f5f5',
];

const rendering = { font: { loadSystemFonts: false }, shapeRendering: 2, logLevel: 'off' };

/** The portrait of a seed as an SVG document with an opaque background. */
export function portraitSvg(name) {
  // DiceBear's random numbers differ little between similar strings; hashed, neighbouring indices have nothing in common.
  const seed = createHash('sha256').update(name).digest('hex');
  // No clip: the view box cuts the drawing off already, and the mask would only soften the border.
  return createAvatar(toonHead, { seed, backgroundColor: backgroundColors, backgroundType: ['solid'], clip: false }).toString();
}

/** Draws the portrait of a seed: size x size pixels of red, green and blue bytes, rows from the top. */
export function drawPortrait(seed, size) {
  const image = new Resvg(portraitSvg(seed), { ...rendering, fitTo: { mode: 'width', value: size } }).render();
  const rgba = image.pixels;
  if (rgba.length !== size * size * 4) {
    throw new Error(`portrait ${seed}: drawn as ${image.width} x ${image.height}, not ${size} x ${size}`);
  }

  const rgb = new Uint8Array(size * size * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    if (rgba[from + 3] !== 255) {
      throw new Error(`portrait ${seed}: pixel ${from / 4} is not opaque`);
    }

    rgb[to] = rgba[from];
    rgb[to + 1] = rgba[from + 1];
    rgb[to + 2] = rgba[from + 2];
  }

  return rgb;
}
