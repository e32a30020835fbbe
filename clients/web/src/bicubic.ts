/** Antialiased bicubic resizing as the low-resolution encoders are trained with: Keys' kernel, a = -0.5, widened when it makes smaller; rounded after each pass, rows first, as is right for squares. */

interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

const channels = 4;

/** Resizes a square of pixels; the result is opaque. */
export function resize(source: ImageData, width: number, height: number): ImageData {
  const rows = new Uint8ClampedArray(source.width * height * channels);
  pass(source.data, rows, taps(source.height, height), source.width, source.width * channels, channels);
  const result = new ImageData(width, height);
  pass(rows, result.data, taps(source.width, width), height, channels, source.width * channels, width * channels);
  return result;
}

/** Weights of the source pixels for each pixel of the result along one direction; places beyond the edge are mirrored. */
function taps(from: number, to: number): Taps[] {
  const scale = to / from;
  const stretch = Math.max(1, 1 / scale);
  const reach = 2 * stretch;
  return Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) / scale - 0.5;
    const first = Math.ceil(centre - reach);
    const count = Math.floor(centre + reach) - first + 1;
    const weights = Array.from({ length: count }, (_, tap) => keys((first + tap - centre) / stretch));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

function keys(distance: number): number {
  const x = Math.abs(distance);
  return x <= 1 ? 1.5 * x ** 3 - 2.5 * x ** 2 + 1 : x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}

/** One direction: `along` is the step between pixels that are weighed together, `across` that between lines. */
function pass(from: Uint8ClampedArray, to: Uint8ClampedArray, all: readonly Taps[], lines: number, along: number, across: number, acrossResult = across): void {
  const length = from.length / channels / lines;
  all.forEach(({ first, weights }, index) => {
    const sources = weights.map((_, tap) => mirrored(first + tap, length) * along);
    for (let line = 0; line < lines; line++) {
      const target = index * along + line * acrossResult;
      for (let channel = 0; channel < channels - 1; channel++) {
        let sum = 0;
        for (let tap = 0; tap < weights.length; tap++) {
          sum += weights[tap]! * from[sources[tap]! + line * across + channel]!;
        }
        to[target + channel] = sum;
      }
      to[target + channels - 1] = 255;
    }
  });
}

function mirrored(index: number, length: number): number {
  const place = ((index % (2 * length)) + 2 * length) % (2 * length);
  return place < length ? place : 2 * length - 1 - place;
}
