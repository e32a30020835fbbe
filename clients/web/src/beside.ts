import { resize } from './bicubic';
import { meanOf } from './difference';
import { create, element } from './dom';
import { drawOn, fetchPixels, readPixels } from './pixels';
import type { Run } from './run';
import { originalOf } from './samples';

/** What samples are compared with. */
export interface Reference {
  readonly kind: 'bicubic' | 'mean' | 'original' | 'first';
  readonly name: string;
  readonly pixels: ImageData;
}

/** What stands beside the samples of a run: the small picture, its bicubic enlargement, the mean, the original where it is known. */
export class Beside {
  private readonly list = element('beside');
  private run: Run | undefined;
  private original: Reference | undefined;

  /** The references of the run that is shown, the small picture left out. */
  references: readonly Reference[] = [];

  /** @param changed Called when the references are other ones. */
  constructor(private readonly changed: () => void) {}

  show(run: Run): void {
    if (run !== this.run) {
      this.run = run;
      this.original = undefined;
      void this.fetchOriginal(run);
    }
    this.update();
  }

  clear(): void {
    this.run = undefined;
    this.update();
  }

  /** Follows the samples. */
  update(): void {
    this.refill();
    this.changed();
  }

  private refill(): void {
    const { run } = this;
    const small = run?.input?.pixels;
    const size = run?.started?.outputSize;
    element('beside-section').hidden = !small || !size;
    if (!run || !small || !size) {
      this.references = [];
      return;
    }
    const done = run.samples.filter(({ canvas, stages }) => stages.length > 0 && canvas.width === size);
    this.references = [
      { kind: 'bicubic', name: 'Enlarged plainly (bicubic)', pixels: resize(small, size, size) },
      ...(done.length < 2
        ? []
        : [{ kind: 'mean' as const, name: `Mean of ${done.length} samples`, pixels: meanOf(done.map(({ canvas }) => readPixels(canvas))) }]),
      ...(this.original ? [this.original] : []),
    ];
    const all = [{ name: `The picture, ${small.width} × ${small.height}`, pixels: small }, ...this.references];
    this.list.replaceChildren(
      ...all.map(({ name, pixels }, index) => {
        const canvas = create('canvas', { className: index === 0 ? 'pixelated' : '' });
        canvas.setAttribute('role', 'img');
        canvas.setAttribute('aria-label', name);
        drawOn(canvas, pixels);
        return create('li', {}, create('figure', {}, canvas, create('figcaption', { textContent: name })));
      }),
    );
  }

  private async fetchOriginal(run: Run): Promise<void> {
    const { sample } = run.wish.picture;
    const url = sample === undefined ? undefined : originalOf(sample);
    if (url === undefined) {
      return;
    }
    try {
      const pixels = await fetchPixels(url);
      // Another model may draw larger images than the original is.
      if (this.run === run && pixels.width === run.started?.outputSize) {
        this.original = { kind: 'original', name: 'Original', pixels };
        this.update();
      }
    } catch {
      // It is only missed.
    }
  }
}
