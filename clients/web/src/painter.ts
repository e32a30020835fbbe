import type { EncodedImage } from 'cvdvae/web';
import { decode, drawOn } from './pixels';

/** Draws the newest image of each canvas once a frame: however fast images come, older ones that were not drawn yet are left out. */
export class Painter {
  private readonly pending = new Map<HTMLCanvasElement, { image: EncodedImage; drawn: () => void }>();
  private readonly newest = new WeakMap<HTMLCanvasElement, EncodedImage>();
  private scheduled = false;

  /** Shows an image in the next frame. `drawn` is called when it is on the canvas, and never when a newer one came first. */
  show(canvas: HTMLCanvasElement, image: EncodedImage, drawn: () => void): void {
    this.pending.set(canvas, { image, drawn });
    this.newest.set(canvas, image);
    if (!this.scheduled) {
      this.scheduled = true;
      requestAnimationFrame(() => this.frame());
    }
  }

  private frame(): void {
    this.scheduled = false;
    const due = [...this.pending];
    this.pending.clear();
    for (const [canvas, { image, drawn }] of due) {
      const ready = decode(image);
      if (ready instanceof ImageData) {
        drawOn(canvas, ready);
        drawn();
      } else {
        void ready.then((bitmap) => {
          if (this.newest.get(canvas) === image) {
            drawOn(canvas, bitmap);
            drawn();
          }
          bitmap.close();
        });
      }
    }
  }
}

/** Calls back once what this frame has drawn is on the screen. */
export function afterPaint(call: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    call();
  };
  requestAnimationFrame(() => port2.postMessage(undefined));
}
