import type { EncodedImage } from 'cvdvae/web';
import { decode, drawOn } from './pixels';

interface Waiting {
  readonly image: EncodedImage;
  readonly drawn: () => void;
}

/** Draws the newest image of each canvas once a frame: however fast images come, older ones that were not drawn yet are left out. */
export class Painter {
  private readonly pending = new Map<HTMLCanvasElement, Waiting>();
  private readonly decoded = new Map<HTMLCanvasElement, { bitmap: ImageBitmap; drawn: () => void }>();
  private readonly newest = new WeakMap<HTMLCanvasElement, EncodedImage>();
  private scheduled = false;

  /** Shows an image in the next frame. `drawn` is called in the frame that has it, and never when a newer one came first. */
  show(canvas: HTMLCanvasElement, image: EncodedImage, drawn: () => void): void {
    this.pending.set(canvas, { image, drawn });
    this.newest.set(canvas, image);
    this.schedule();
  }

  private schedule(): void {
    if (!this.scheduled) {
      this.scheduled = true;
      requestAnimationFrame(() => this.frame());
    }
  }

  private frame(): void {
    this.scheduled = false;
    for (const [canvas, { bitmap, drawn }] of this.decoded) {
      drawOn(canvas, bitmap);
      bitmap.close();
      drawn();
    }
    this.decoded.clear();
    const due = [...this.pending];
    this.pending.clear();
    for (const [canvas, { image, drawn }] of due) {
      const ready = decode(image);
      if (ready instanceof ImageData) {
        drawOn(canvas, ready);
        drawn();
      } else {
        void ready.then((bitmap) => this.take(canvas, image, bitmap, drawn));
      }
    }
  }

  private take(canvas: HTMLCanvasElement, image: EncodedImage, bitmap: ImageBitmap, drawn: () => void): void {
    if (this.newest.get(canvas) === image) {
      this.decoded.set(canvas, { bitmap, drawn });
      this.schedule();
    } else {
      bitmap.close();
    }
  }
}

/** Calls back once the frame that is being made is on its way to the screen. */
export function afterPaint(call: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    call();
  };
  port2.postMessage(undefined);
}
