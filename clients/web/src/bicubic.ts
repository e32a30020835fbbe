/**
 * Antialiased bicubic resizing as the low-resolution encoders are trained with, to the last bit what the server makes of the same pixels:
 * Keys' kernel, a = -0.5, widened when it makes smaller; rounded half to even after each pass, rows first, as is right for squares.
 */

const channels = 4;
const colours = 3;

/** Weights of a run of source pixels for one pixel of the result. */
interface Band {
  readonly first: number;
  readonly weights: Float64Array;
}

/** Resizes a square of pixels; the result is opaque. */
export function resize(source: ImageData, width: number, height: number): ImageData {
  const shrinking = new Resizing(source.width, source.height, width, height);
  shrinking.take(source);
  return shrinking.finish();
}

/** Resizes a picture that comes in strips of whole rows, from the top: a large one never has to be there as a whole. */
export class Resizing {
  private readonly rows: readonly (readonly { readonly target: number; readonly weight: number }[])[];
  private readonly columns: readonly Band[];
  private readonly sums: Float64Array;
  private taken = 0;

  constructor(
    private readonly fromWidth: number,
    fromHeight: number,
    private readonly width: number,
    private readonly height: number,
  ) {
    this.columns = bands(fromWidth, width);
    this.rows = bySource(bands(fromHeight, height), fromHeight);
    this.sums = new Float64Array(height * fromWidth * colours);
  }

  /** Takes the next rows. */
  take({ data, height }: ImageData): void {
    for (let row = 0; row < height; row++) {
      for (const { target, weight } of this.rows[this.taken]!) {
        this.add(data, row * this.fromWidth * channels, target * this.fromWidth * colours, weight);
      }
      this.taken++;
    }
  }

  /** The result, once all rows are taken. */
  finish(): ImageData {
    const lines = new Uint8ClampedArray(this.sums);
    const result = new ImageData(this.width, this.height);
    result.data.fill(255);
    for (let row = 0; row < this.height; row++) {
      this.columns.forEach(({ first, weights }, column) => {
        const from = (row * this.fromWidth + first) * colours;
        const to = (row * this.width + column) * channels;
        for (let colour = 0; colour < colours; colour++) {
          let sum = 0;
          for (let tap = 0; tap < weights.length; tap++) {
            sum += lines[from + tap * colours + colour]! * weights[tap]!;
          }
          result.data[to + colour] = sum;
        }
      });
    }
    return result;
  }

  private add(data: Uint8ClampedArray, from: number, to: number, weight: number): void {
    const { sums, fromWidth } = this;
    for (let column = 0; column < fromWidth; column++, from += channels, to += colours) {
      sums[to]! += data[from]! * weight;
      sums[to + 1]! += data[from + 1]! * weight;
      sums[to + 2]! += data[from + 2]! * weight;
    }
  }
}

/** Each pixel of a line's result by those of the source, which continues beyond its edges with its mirror image. */
function bands(from: number, to: number): Band[] {
  const scale = to / from;
  const stretch = Math.min(scale, 1);
  const width = 4 / stretch;
  const taps = Math.ceil(width) + 2;
  return Array.from({ length: to }, (_, index) => {
    // Positions count from 1, as in MATLAB.
    const centre = (index + 1) / scale + 0.5 * (1 - 1 / scale);
    const left = Math.floor(centre - width / 2);
    const all = Array.from({ length: taps }, (_, tap) => stretch * keys(stretch * (centre - (left + tap))));
    let sum = 0;
    all.forEach((weight) => (sum += weight));
    const places = all.map((_, tap) => mirrored(left + tap - 1, from));
    const first = Math.min(...places);
    const weights = new Float64Array(Math.max(...places) - first + 1);
    places.forEach((place, tap) => (weights[place - first]! += all[tap]! / sum));
    return { first, weights };
  });
}

/** The same, by the pixels of the source. */
function bySource(all: readonly Band[], from: number): { target: number; weight: number }[][] {
  const sources: { target: number; weight: number }[][] = Array.from({ length: from }, () => []);
  all.forEach(({ first, weights }, target) =>
    weights.forEach((weight, tap) => {
      if (weight !== 0) {
        sources[first + tap]!.push({ target, weight });
      }
    }),
  );
  return sources;
}

function keys(distance: number): number {
  const x = Math.abs(distance);
  const [square, cube] = [x * x, x * x * x];
  return x <= 1 ? 1.5 * cube - 2.5 * square + 1 : x <= 2 ? -0.5 * cube + 2.5 * square - 4 * x + 2 : 0;
}

function mirrored(index: number, length: number): number {
  const place = ((index % (2 * length)) + 2 * length) % (2 * length);
  return place < length ? place : 2 * length - 1 - place;
}
