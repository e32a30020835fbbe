import { type EncodedImage, type ResultEvent, type StartedEvent } from 'cvdvae/web';
import { create, element } from './dom';
import type { Painter } from './painter';

/** What a sample looked like on its way. */
export interface Stage {
  readonly resolution: number;
  readonly image: EncodedImage;
}

/** One sample. */
export class Sample {
  readonly canvas = create('canvas', { width: 1, height: 1 });
  readonly stages: Stage[] = [];
  readonly item: HTMLLIElement;
  readonly button: HTMLButtonElement;
  private readonly caption = create('span', { className: 'caption', textContent: '…' });
  psnr = 0;

  constructor(readonly index: number, open: (sample: Sample) => void) {
    this.canvas.setAttribute('aria-hidden', 'true');
    const name = create('span', { className: 'unseen', textContent: `Sample ${this.number}, ` });
    this.button = create('button', { type: 'button', disabled: true, onclick: () => open(this) }, this.canvas, name, this.caption);
    this.item = create('li', {}, this.button);
  }

  get number(): number {
    return this.index + 1;
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
}

/** The samples of a call. */
export class Grid {
  private readonly list = element('grid');
  private readonly resolutions = element('resolutions');
  samples: readonly Sample[] = [];

  constructor(private readonly open: (sample: Sample) => void) {}

  /** Puts up places for samples that are to come. */
  begin(count: number): void {
    this.samples = Array.from({ length: count }, (_, index) => new Sample(index, this.open));
    this.list.replaceChildren(...this.samples.map(({ item }) => item));
    this.resolutions.replaceChildren();
    element('empty').hidden = true;
  }

  /** Takes the places down again: nothing came. */
  clear(): void {
    this.samples = [];
    this.list.replaceChildren();
    element('empty').hidden = false;
    element('times').hidden = element('progress').hidden = true;
  }

  showResolutions({ resolutions }: StartedEvent): void {
    this.resolutions.replaceChildren(...resolutions.map((resolution) => create('li', { textContent: String(resolution) })));
  }

  /** Marks the resolutions that every sample has reached. */
  markReached(all: readonly number[]): void {
    const reached = Math.min(...this.samples.map(({ stages }) => stages.at(-1)?.resolution ?? 0));
    all.forEach((resolution, index) => this.resolutions.children[index]?.classList.toggle('reached', resolution <= reached));
  }

  get stageCount(): number {
    return this.samples.reduce((total, { stages }) => total + stages.length, 0);
  }
}
