import { type Reference } from './beside';
import { create, element } from './dom';
import { decode, drawOn, imageFile, readPixels, saveFile, suffixOf } from './pixels';
import type { Run } from './run';
import type { Sample, Stage } from './sample';

const arrows: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** The dialogue about one sample: beside the bicubic enlargement, the first sample, the mean or the original; its stages; saving. */
export class Detail {
  private readonly dialog = element<HTMLDialogElement>('detail');
  private readonly compare = element('compare');
  private readonly split = element<HTMLInputElement>('split');
  private readonly shown = element<HTMLCanvasElement>('compare-sample');
  private readonly against = element<HTMLSelectElement>('against');
  private references: readonly Reference[] = [];
  private run: Run | undefined;
  private sample: Sample | undefined;
  private stage: Stage | undefined;

  constructor() {
    this.split.addEventListener('input', () => this.divide(this.split.valueAsNumber));
    this.compare.addEventListener('pointerdown', (event) => this.drag(event));
    element('detail-close').addEventListener('click', () => this.dialog.close());
    element('previous').addEventListener('click', () => this.step(-1));
    element('next').addEventListener('click', () => this.step(1));
    element('save').addEventListener('click', () => void this.save());
    this.against.addEventListener('change', () => this.showReference());
    this.dialog.addEventListener('keydown', (event) => this.key(event));
    this.dialog.addEventListener('click', (event) => {
      if (event.target === this.dialog) {
        this.dialog.close();
      }
    });
    this.divide(50);
  }

  open(run: Run, sample: Sample, references: readonly Reference[]): void {
    this.run = run;
    this.compareWith(references);
    this.showSample(sample);
    this.dialog.showModal();
  }

  /** The same kind as before stays chosen, as the mean of more samples. */
  private compareWith(references: readonly Reference[]): void {
    const [first] = this.run?.samples ?? [];
    const size = this.run?.started?.outputSize;
    const isComparable = first && this.run && this.run.samples.length > 1 && first.canvas.width === size;
    this.references = isComparable ? [...references, { kind: 'first', name: 'Sample 1', pixels: readPixels(first.canvas) }] : references;
    const chosen = this.against.value;
    this.against.replaceChildren(
      ...this.references.map(({ kind, name }) => create('option', { value: kind, textContent: name, selected: kind === chosen })),
    );
    this.showReference();
  }

  /** Takes other references where it is open. */
  follow(references: readonly Reference[]): void {
    if (this.dialog.open) {
      this.compareWith(references);
    }
  }

  /** Closes it: its sample is gone. */
  close(): void {
    this.dialog.close();
  }

  private showReference(): void {
    const reference = this.references.find(({ kind }) => kind === this.against.value) ?? this.references[0];
    const canvas = element<HTMLCanvasElement>('compare-bicubic');
    if (reference) {
      drawOn(canvas, reference.pixels);
      canvas.setAttribute('aria-label', reference.name);
      element('compare-against').textContent = reference.name;
    }
  }

  /** Left and right go from sample to sample, except where they move something else. */
  private key(event: KeyboardEvent): void {
    const by = arrows[event.key];
    if (by !== undefined && !(event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement)) {
      event.preventDefault();
      this.step(by);
    }
  }

  private showSample(sample: Sample): void {
    this.sample = sample;
    element('detail-title').textContent = `Sample ${sample.number}`;
    element('detail-count').textContent = `of ${this.run?.samples.length ?? 1}`;
    element('detail-psnr').textContent = sample.psnr > 0 ? `Made small again, it agrees with the picture to ${sample.psnr.toFixed(1)} dB (PSNR; the higher, the closer).` : '';
    element('stages').replaceChildren(...sample.stages.map((stage) => this.stageButton(stage)));
    const last = sample.stages.at(-1);
    if (last) {
      this.showStage(last);
    }
  }

  private stageButton(stage: Stage): HTMLLIElement {
    const canvas = create('canvas');
    canvas.setAttribute('aria-hidden', 'true');
    void draw(canvas, stage);
    const button = create('button', { type: 'button', onclick: () => this.showStage(stage) }, canvas, create('span', { textContent: `${stage.resolution}` }));
    button.setAttribute('aria-label', `${stage.resolution} by ${stage.resolution}`);
    button.dataset.resolution = String(stage.resolution);
    return create('li', {}, button);
  }

  private showStage(stage: Stage): void {
    this.stage = stage;
    void draw(this.shown, stage);
    element('compare-label').textContent = `${stage.resolution} × ${stage.resolution}`;
    for (const button of element('stages').querySelectorAll('button')) {
      button.setAttribute('aria-pressed', String(button.dataset.resolution === String(stage.resolution)));
    }
  }

  /** Goes to the next sample of which there is anything to see. */
  private step(by: number): void {
    const shown = this.run?.samples.filter(({ stages }) => stages.length > 0) ?? [];
    const next = this.sample && shown[(shown.indexOf(this.sample) + by + shown.length) % shown.length];
    if (next) {
      this.showSample(next);
    }
  }

  private divide(percent: number): void {
    this.compare.style.setProperty('--split', `${percent}%`);
    this.split.value = String(percent);
  }

  private drag(start: PointerEvent): void {
    const moved = ({ clientX }: PointerEvent) => {
      const { left, width } = this.compare.getBoundingClientRect();
      this.divide(Math.round(Math.min(100, Math.max(0, (100 * (clientX - left)) / width))));
    };
    this.compare.setPointerCapture(start.pointerId);
    this.compare.addEventListener('pointermove', moved);
    this.compare.addEventListener('lostpointercapture', () => this.compare.removeEventListener('pointermove', moved), { once: true });
    moved(start);
  }

  private async save(): Promise<void> {
    const { sample, stage, run } = this;
    if (sample && stage && run?.started) {
      const file = await imageFile(stage.image);
      saveFile(file, `sample-${sample.number}-${stage.resolution}-seed-${run.started.seed}.${suffixOf(file)}`);
    }
  }
}

async function draw(canvas: HTMLCanvasElement, { image }: Stage): Promise<void> {
  drawOn(canvas, await decode(image));
}
