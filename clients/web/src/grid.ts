import type { StartedEvent } from 'cvdvae/web';
import { distance, gainFor, overlay } from './difference';
import { create, element } from './dom';
import { readPixels } from './pixels';
import { Roving } from './roving';
import type { Run } from './run';
import type { Sample } from './sample';
import { layTiles } from './tiles';

/** The samples of a run: as they are, or where they differ from the first. */
export class Grid {
  private readonly list = element('grid');
  private readonly resolutions = element('resolutions');
  private readonly note = element('difference-note');
  private readonly roving = new Roving(this.list);
  private readonly lay = layTiles(this.list);
  private samples: readonly Sample[] = [];

  constructor() {
    element('views').addEventListener('change', () => this.compare());
  }

  show({ samples, started }: Run): void {
    this.samples = samples;
    this.list.replaceChildren(...samples.map(({ item }) => item));
    this.lay();
    this.roving.update();
    this.resolutions.replaceChildren(
      ...(started?.resolutions ?? []).map((resolution) => create('li', { textContent: String(resolution) })),
    );
    element('empty').hidden = true;
    this.markReached(started);
    this.compare();
  }

  clear(): void {
    this.samples = [];
    this.list.replaceChildren();
    element('empty').hidden = false;
    this.compare();
  }

  /** Marks the resolutions that every sample has reached. */
  markReached(started: StartedEvent | undefined): void {
    const reached = Math.min(...this.samples.map(({ stages }) => stages.at(-1)?.resolution ?? 0));
    started?.resolutions.forEach((resolution, index) =>
      this.resolutions.children[index]?.classList.toggle('reached', resolution <= reached),
    );
    if (!this.list.querySelector('[data-stop]:not(:disabled)')) {
      this.roving.update();
    }
  }

  /** Shows the differences where they are asked for, of the samples that are as far as the first. */
  compare(): void {
    const isOn = element('views').querySelector<HTMLInputElement>(':checked')?.value === 'differences' && this.samples.length > 0;
    this.note.hidden = !isOn;
    const [first, ...others] = this.samples;
    if (!isOn || !first) {
      this.samples.forEach((sample) => sample.compare(undefined));
      return;
    }
    const base = readPixels(first.canvas);
    const level = others
      .filter(({ canvas }) => canvas.width === base.width && base.width > 1)
      .map((sample) => ({ sample, pixels: readPixels(sample.canvas) }));
    const gain = gainFor(
      base,
      level.map(({ pixels }) => pixels),
    );
    for (const sample of this.samples) {
      const pixels = level.find((one) => one.sample === sample)?.pixels;
      if (pixels) {
        sample.compare(overlay(base, pixels, gain), `differs by ${distance(base, pixels).toFixed(1)}`);
      } else {
        sample.compare(undefined, sample === first ? 'compared with this' : '');
      }
    }
    this.note.textContent =
      others.length === 0
        ? 'One sample has nothing to differ from.'
        : `Orange: where a sample differs from sample 1, shown ${gain === 1 ? '' : `${gain} times `}as strong as it is. ` +
          'The figure is the mean difference of a colour, out of 255.';
  }
}
