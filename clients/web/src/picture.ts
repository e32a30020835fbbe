import { Resizing } from './bicubic';
import { context, create } from './dom';
import { pngFile, readPixels } from './pixels';

/** A square of a picture, in its pixels. */
export interface Square {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** The part of a request that is the picture. */
export interface Input {
  readonly image: Uint8Array;
  /** What the network sees, N x N. */
  readonly pixels: ImageData;
}

/** What is known of a picture beside its file. */
export interface About {
  readonly name: string;
  /** Name of one of the page's own samples, for the address bar. */
  readonly sample?: string;
  /** Its true size, where the file is only a small copy of it. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Squares of it that were shrunk before, by {@link squareKey}. */
  readonly shrunk?: ReadonlyMap<string, ImageData>;
}

const mostFileBytes = 64 << 20;
/** Side of what is shown of a large picture. */
const viewSide = 640;
/** Pixels that are read at a time: enough to be quick, few enough to leave the page free between two strips. */
const stripPixels = 1 << 19;
const busyMilliseconds = 30;

/** A file can't be used; the message is for people. */
export class PictureError extends Error {
  constructor(
    message: string,
    readonly title = 'This file cannot be used.',
  ) {
    super(message);
  }
}

/** A picture that was chosen. It may be larger than what a canvas holds: only its view and small squares of it are ever kept as pixels. */
export class Picture {
  private opened: Promise<ImageBitmap> | undefined;
  private readonly shrunk: Map<string, Promise<ImageData>>;

  private constructor(
    readonly file: Blob,
    readonly name: string,
    readonly sample: string | undefined,
    /** As the browser shows it: turned upright, and its true size. */
    readonly width: number,
    readonly height: number,
    /** The whole of it, small. */
    readonly view: HTMLCanvasElement,
    /** Bytes and pixels of a sample, which goes to the server as it is. */
    private readonly asItIs: Input | undefined,
    shrunk: ReadonlyMap<string, ImageData>,
  ) {
    this.shrunk = new Map([...shrunk].map(([key, pixels]) => [key, Promise.resolve(pixels)]));
  }

  /**
   * Reads a file.
   * @throws PictureError It holds no picture that this browser can read.
   */
  static async read(file: Blob, { name, sample, size, shrunk = new Map() }: About): Promise<Picture> {
    if (file.size > mostFileBytes) {
      throw new PictureError(`${name} has ${Math.ceil(file.size / (1 << 20))} MB; at most ${mostFileBytes >> 20} are taken.`);
    }
    let bitmap: ImageBitmap;
    try {
      bitmap = await createImageBitmap(file);
    } catch {
      throw new PictureError(`${name} is not a picture that can be read. PNG, JPEG and WebP files can.`);
    }
    const { width, height } = size ?? bitmap;
    const view = drawView(bitmap);
    const asItIs = sample === undefined ? undefined : { image: new Uint8Array(await file.arrayBuffer()), pixels: readPixels(view) };
    const picture = new Picture(file, name, sample, width, height, view, asItIs, shrunk);
    picture.opened = Promise.resolve(bitmap);
    return picture;
  }

  /** Whether it is as large as what the network sees, so that nothing is cut off or shrunk. */
  fits(size: number): boolean {
    return this.width === size && this.height === size;
  }

  /** Whether a square lies in it. */
  holds({ x, y, size }: Square): boolean {
    return size >= 1 && x >= 0 && y >= 0 && x + size <= this.width && y + size <= this.height;
  }

  /** The largest square in the middle. */
  get middle(): Square {
    const size = Math.min(this.width, this.height);
    return { x: Math.floor((this.width - size) / 2), y: Math.floor((this.height - size) / 2), size };
  }

  /** What goes to the server, at once where nothing is left to do: what the network sees, and not the photograph that it was. */
  input(square: Square, size: number): Input | Promise<Input> {
    return this.asItIs && this.fits(size)
      ? this.asItIs
      : this.shrink(square, size).then(async (pixels) => ({ image: new Uint8Array(await (await pngFile(pixels)).arrayBuffer()), pixels }));
  }

  /** A square of it as the network sees it. */
  shrink(square: Square, size: number): Promise<ImageData> {
    const key = squareKey(square, size);
    let pixels = this.shrunk.get(key);
    if (!pixels) {
      pixels = this.open().then((bitmap) => resizeSquare(bitmap, scaled(square, bitmap, this), size));
      this.shrunk.set(key, pixels);
      pixels.catch(() => this.shrunk.delete(key));
    }
    return pixels;
  }

  /** Gives back the memory of its pixels, which come from the file again where they are asked for. */
  release(): void {
    const { opened } = this;
    this.opened = undefined;
    // What is being shrunk still reads it.
    void Promise.allSettled(this.shrunk.values()).then(() => opened?.then((bitmap) => bitmap.close()));
  }

  private open(): Promise<ImageBitmap> {
    return (this.opened ??= createImageBitmap(this.file));
  }
}

/** What tells shrunk squares of a picture apart. */
export function squareKey({ x, y, size }: Square, side: number): string {
  return [x, y, size, side].join();
}

function drawView(bitmap: ImageBitmap): HTMLCanvasElement {
  const shrink = Math.min(1, viewSide / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * shrink))) as [number, number];
  const view = create('canvas', { width, height });
  const drawing = onWhite(view);
  drawing.imageSmoothingQuality = 'high';
  drawing.drawImage(bitmap, 0, 0, width, height);
  return view;
}

/** A square in the pixels of what is there of the picture: of one that was kept over a reload, a small copy. */
function scaled({ x, y, size }: Square, bitmap: ImageBitmap, { width }: Picture): Square {
  const factor = bitmap.width / width;
  const side = Math.max(1, Math.min(Math.round(size * factor), bitmap.width, bitmap.height));
  return {
    x: Math.min(Math.round(x * factor), bitmap.width - side),
    y: Math.min(Math.round(y * factor), bitmap.height - side),
    size: side,
  };
}

/** Reads the square strip by strip, and lets the page live in between. */
async function resizeSquare(bitmap: ImageBitmap, { x, y, size }: Square, side: number): Promise<ImageData> {
  const resizing = new Resizing(size, size, side, side);
  const height = Math.min(size, Math.max(1, Math.floor(stripPixels / size)));
  const drawing = onWhite(create('canvas', { width: size, height }));
  drawing.imageSmoothingEnabled = false;
  let since = performance.now();
  for (let row = 0; row < size; row += height) {
    const rows = Math.min(height, size - row);
    drawing.fillRect(0, 0, size, height);
    drawing.drawImage(bitmap, x, y + row, size, rows, 0, 0, size, rows);
    resizing.take(drawing.getImageData(0, 0, size, rows));
    if (performance.now() - since > busyMilliseconds) {
      await new Promise((resolve) => setTimeout(resolve));
      since = performance.now();
    }
  }
  return resizing.finish();
}

/** What is transparent lies on white, as at the server. */
function onWhite(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const drawing = context(canvas);
  drawing.fillStyle = '#fff';
  drawing.fillRect(0, 0, canvas.width, canvas.height);
  return drawing;
}
