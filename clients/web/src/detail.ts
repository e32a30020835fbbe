import { ImageFormat, type StartedEvent } from 'cvdvae/web';
import { resize } from './bicubic';
import { create, element } from './dom';
import type { Sample, Stage } from './grid';
import { decode, drawOn, toBlob } from './pixels';

/** What the opened sample is compared with. */
export interface Comparison {
  readonly started: StartedEvent;
  /** The picture that the server was given, before it resized it. */
  readonly input: ImageData;
}

/** The dialogue about one sample: beside the bicubic enlargement, its stages, saving. */
export class Detail {
  private readonly dialog = element<HTMLDialogElement>('detail');
  private readonly compare = element('compare');
  private readonly split = element<HTMLInputElement>('split');
  private readonly shown = element<HTMLCanvasElement>('compare-sample');
  private samples: readonly Sample[] = [];
  private sample: Sample | undefined;
  private stage: Stage | undefined;
  private comparison: Comparison | undefined;

  constructor() {
    this.split.addEventListener('input', () => this.divide(this.split.valueAsNumber));
    this.compare.addEventListener('pointerdown', (event) => this.drag(event));
    element('detail-close').addEventListener('click', () => this.dialog.close());
    element('previous').addEventListener('click', () => this.step(-1));
    element('next').addEventListener('click', () => this.step(1));
    element('save').addEventListener('click', () => void this.save());
    this.dialog.addEventListener('click', (event) => {
      if (event.target === this.dialog) {
        this.dialog.close();
      }
    });
    this.divide(50);
  }

  open(samples: readonly Sample[], sample: Sample, comparison: Comparison): void {
    if (comparison !== this.comparison) {
      this.comparison = comparison;
      const { inputSize, outputSize } = comparison.started;
      const low = comparison.input.width === inputSize ? comparison.input : resize(comparison.input, inputSize, inputSize);
      drawOn(element<HTMLCanvasElement>('compare-bicubic'), resize(low, outputSize, outputSize));
    }
    this.samples = samples;
    this.showSample(sample);
    this.dialog.showModal();
  }

  /** Closes it: its sample is gone. */
  close(): void {
    this.dialog.close();
  }

  private showSample(sample: Sample): void {
    this.sample = sample;
    element('detail-title').textContent = `Sample ${sample.number}`;
    element('detail-psnr').textContent = sample.psnr > 0 ? `Made small again, it agrees with the picture to ${sample.psnr.toFixed(1)} dB.` : '';
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

  private step(by: number): void {
    const { samples, sample } = this;
    const next = sample && samples[(sample.index + by + samples.length) % samples.length];
    if (next && next.stages.length > 0) {
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
    const { sample, stage, comparison } = this;
    if (!sample || !stage || !comparison) {
      return;
    }
    const file = stage.image.format === ImageFormat.RAW_RGB ? await new Promise<Blob | null>((resolve) => this.shown.toBlob(resolve, 'image/png')) : toBlob(stage.image);
    if (file) {
      const url = URL.createObjectURL(file);
      const suffix = file.type.replace('image/', '').replace('jpeg', 'jpg');
      create('a', { href: url, download: `sample-${sample.number}-${stage.resolution}-seed-${comparison.started.seed}.${suffix}` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    }
  }
}

async function draw(canvas: HTMLCanvasElement, { image }: Stage): Promise<void> {
  drawOn(canvas, await decode(image));
}
