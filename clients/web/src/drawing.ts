import {
  type CallSettings,
  type CompletedEvent,
  CompletionReason,
  type EncodedImage,
  ImageFormat,
  InputFit,
  type SuperResolutionClient,
  type UpscaleEvent,
} from 'cvdvae/web';
import { element } from './dom';
import { afterPaint, type Painter } from './painter';
import type { Input } from './picture';
import type { Run } from './run';

/** Pixels are quickest to show, but too many bytes to send for large images. */
const mostRawSize = 256;

/** What a drawing tells while it runs. */
export interface DrawingEvents {
  /** Something came from the server. */
  readonly heard: () => void;
  /** The server has begun. */
  readonly begun: () => void;
  /** A new image is on the page. */
  readonly painted: () => void;
  /** A time is known. */
  readonly timed: () => void;
}

/** One call that fills a run. */
export class Drawing {
  private readonly groups = element<HTMLProgressElement>('groups');
  private readonly drawn: Promise<void>[] = [];
  private firstPainted = false;

  constructor(
    private readonly client: SuperResolutionClient,
    private readonly run: Run,
    private readonly painter: Painter,
    private readonly clicked: number,
    private readonly events: DrawingEvents,
  ) {}

  /**
   * Makes the call. Returns what it brought, in words.
   * @throws SuperResolutionError It failed. AbortError: it was cancelled.
   */
  async draw({ image }: Input, outputSize: number, call: CallSettings): Promise<string> {
    const { encoderTemperature, priorTemperature, enforceConsistency, model, sampleCount, scale, seed } = this.run.wish.settings;
    const events = this.client.upscale(
      {
        image,
        inputFit: InputFit.EXACT,
        model,
        scale,
        sampleCount,
        encoderTemperature,
        priorTemperature,
        enforceConsistency,
        reportGroups: true,
        previewFormat: outputSize <= mostRawSize ? ImageFormat.RAW_RGB : ImageFormat.JPEG,
        resultFormat: ImageFormat.PNG,
        ...(seed !== undefined && { seed }),
      },
      call,
    );
    for await (const event of events) {
      this.events.heard();
      const outcome = this.take(event);
      if (outcome !== undefined) {
        return outcome;
      }
    }
    throw new Error('the call ended without a word');
  }

  /** Returns how the call ended, with its last event. */
  private take(event: UpscaleEvent): string | undefined {
    const { run } = this;
    switch (event.kind) {
      case 'started':
        run.started = event;
        this.events.begun();
        break;
      case 'groupDecoded':
        this.groups.value = event.group + 1;
        break;
      case 'preview':
        void this.reach(event.sampleIndex, event.resolution, event.image);
        break;
      case 'result':
        run.samples[event.sampleIndex]?.finish(event);
        this.drawn.push(this.reach(event.sampleIndex, event.image.width, event.image));
        break;
      case 'completed':
        this.groups.value = this.groups.max;
        // Not waited for: a window that nobody sees draws nothing.
        void Promise.all(this.drawn).then(() => this.time('cvdvae:total', (duration) => (run.total = duration)));
        return outcome(this.drawn.length, event);
    }
    return undefined;
  }

  /** Shows an image of a sample; resolves when it is drawn, and never when a newer one came first. */
  private reach(index: number, resolution: number, image: EncodedImage): Promise<void> {
    return new Promise((drawn) =>
      this.run.samples[index]?.reach(resolution, image, this.painter, () => {
        this.events.painted();
        if (!this.firstPainted) {
          this.firstPainted = true;
          this.time('cvdvae:first-preview', (duration) => (this.run.firstPreview = duration));
        }
        drawn();
      }),
    );
  }

  /** Notes how long ago the click was, once the screen shows what it is about. */
  private time(measure: string, note: (duration: number) => void): void {
    afterPaint(() => {
      note(performance.measure(measure, { start: this.clicked }).duration);
      this.events.timed();
    });
  }
}

function outcome(count: number, { reachedResolution, reason }: CompletedEvent): string {
  const asFar = reason === CompletionReason.DEADLINE ? ', as far as the time allowed' : '';
  return `${count} ${count === 1 ? 'sample' : 'samples'} of ${reachedResolution} by ${reachedResolution} pixels${asFar}.`;
}
