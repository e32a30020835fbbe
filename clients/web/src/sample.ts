import type { EncodedImage, ResultEvent } from 'cvdvae/web';
import { create } from './dom';
import type { Painter } from './painter';
import { drawOn } from './pixels';

/** What a sample looked like on its way. */
export interface Stage {
  readonly resolution: number;
  readonly image: EncodedImage;
}

/** One sample, with its tile. */
export class Sample {
  readonly canvas = create('canvas', { width: 1, height: 1 });
  /** Where it differs from the first. */
  private readonly overlay = create('canvas', { width: 1, height: 1, className: 'overlay' });
  readonly stages: Stage[] = [];
  readonly item: HTMLLIElement;
  readonly button: HTMLButtonElement;
  private readonly caption = create('span', { className: 'caption', textContent: '…' });
  private readonly note = create('span', { className: 'caption note', hidden: true });
  psnr = 0;

  constructor(
    readonly index: number,
    open: (sample: Sample) => void,
  ) {
    this.canvas.setAttribute('aria-hidden', 'true');
    this.overlay.setAttribute('aria-hidden', 'true');
    const name = create('span', { className: 'unseen', textContent: `Sample ${this.number}, ` });
    this.button = create(
      'button',
      { type: 'button', disabled: true, onclick: () => open(this) },
      this.canvas,
      name,
      this.caption,
      this.note,
    );
    this.item = create('li', {}, this.button);
  }

  get number(): number {
    return this.index + 1;
  }

  get isFinished(): boolean {
    return this.item.dataset.finished !== undefined;
  }

  /** Takes a new image, which the painter shows in the next frame. */
  reach(resolution: number, image: EncodedImage, painter: Painter, drawn: () => void): void {
    this.stages.push({ resolution, image });
    painter.show(this.canvas, image, () => {
      this.item.dataset.resolution = String(resolution);
      this.caption.textContent = `${resolution} × ${resolution}`;
      this.button.disabled = false;
      drawn();
    });
  }

  finish({ lowResolutionPsnr }: ResultEvent): void {
    this.psnr = lowResolutionPsnr;
    this.item.dataset.finished = '';
  }

  /** Lays an overlay over the image, or none, with a remark. */
  compare(overlay: ImageData | undefined, remark = ''): void {
    this.note.textContent = remark;
    this.note.hidden = remark === '';
    if (overlay) {
      drawOn(this.overlay, overlay);
      this.canvas.after(this.overlay);
    } else {
      this.overlay.remove();
    }
  }
}
