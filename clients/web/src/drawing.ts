import { type CallSettings, CompletionReason, type EncodedImage, ImageFormat, type StartedEvent, type SuperResolutionClient } from 'cvdvae/web';
import { element } from './dom';
import type { Grid } from './grid';
import { afterPaint, type Painter } from './painter';
import type { Input } from './picture';
import type { Settings } from './settings';

/** Pixels are quickest to show, but too many bytes to send for large images. */
const mostRawSize = 256;

/** What a call leaves. */
export interface Outcome {
  readonly text: string;
}

/** Shows a call: progress, times and samples as they come. */
export class Drawing {
  private readonly groups = element<HTMLProgressElement>('groups');
  private started: StartedEvent | undefined;
  private readonly drawn: Promise<void>[] = [];
  private firstPainted = false;

  constructor(
    private readonly client: SuperResolutionClient,
    private readonly grid: Grid,
    private readonly painter: Painter,
    private readonly clicked: number,
  ) {}

  /**
   * Makes the call.
   * @throws SuperResolutionError It failed. AbortError: it was cancelled.
   */
  async run(input: Input, settings: Settings, outputSize: number, call: CallSettings, begun: (started: StartedEvent) => void): Promise<Outcome> {
    this.reset();
    const { encoderTemperature, priorTemperature, enforceConsistency, model, sampleCount, scale, seed } = settings;
    const events = this.client.upscale({
      image: input.image, inputFit: input.inputFit, model, scale, sampleCount, seed, encoderTemperature, priorTemperature, enforceConsistency, reportGroups: true,
      previewFormat: outputSize <= mostRawSize ? ImageFormat.RAW_RGB : ImageFormat.JPEG,
      resultFormat: ImageFormat.PNG,
    }, call);
    let results = 0;
    for await (const event of events) {
      switch (event.kind) {
        case 'started':
          this.start(event);
          begun(event);
          break;
        case 'groupDecoded':
          this.groups.value = event.group + 1;
          break;
        case 'preview':
          void this.reach(event.sampleIndex, event.resolution, event.image);
          break;
        case 'result':
          results++;
          this.grid.samples[event.sampleIndex]?.finish(event);
          this.drawn.push(this.reach(event.sampleIndex, event.image.width, event.image));
          break;
        case 'completed':
          this.groups.value = this.groups.max;
          // Not waited for: a window that nobody sees draws nothing.
          void Promise.all(this.drawn).then(() => this.time('total', 'cvdvae:total'));
          return { text: `${results} ${results === 1 ? 'sample' : 'samples'} of ${event.reachedResolution} by ${event.reachedResolution} pixels${event.reason === CompletionReason.DEADLINE ? ', as far as the time allowed' : ''}.` };
      }
    }
    throw new Error('the call ended without a word');
  }

  private reset(): void {
    this.groups.value = 0;
    element('first-preview').textContent = element('total').textContent = '–';
    element('times').hidden = element('progress').hidden = false;
  }

  private start(started: StartedEvent): void {
    this.started = started;
    this.groups.max = started.groupCount;
    this.grid.showResolutions(started);
    element('used-seed').textContent = String(started.seed);
    element('used-model').textContent = `${started.model}, ×${started.scale}`;
  }

  /** Shows an image of a sample; resolves when it is drawn, and never when a newer one came first. */
  private reach(index: number, resolution: number, image: EncodedImage): Promise<void> {
    return new Promise((drawn) => this.grid.samples[index]?.reach(resolution, image, this.painter, () => {
      this.grid.markReached(this.started?.resolutions ?? []);
      if (!this.firstPainted) {
        this.firstPainted = true;
        this.time('first-preview', 'cvdvae:first-preview');
      }
      drawn();
    }));
  }

  /** Notes how long ago the click was, once the screen shows what it is about. */
  private time(id: string, measure: string): void {
    afterPaint(() => {
      const { duration } = performance.measure(measure, { start: this.clicked });
      element(id).textContent = duration < 1000 ? `${duration.toFixed(0)} ms` : `${(duration / 1000).toFixed(2)} s`;
    });
  }
}
