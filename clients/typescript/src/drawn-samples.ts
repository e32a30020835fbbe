import type { CompletedEvent, PreviewEvent, ResultEvent, UpscaleEvent } from './events.js';
import { CompletionReason } from './gen/cvdvae/v1/super_resolution_service_pb.js';

/** What has come of each sample, for the end of a call whose deadline passed: it ends well where there is something to end with. */
export class DrawnSamples {
  private readonly previews = new Map<number, PreviewEvent>();
  private readonly reached = new Map<number, number>();
  private firstPreview: number | undefined;

  /** @param begun When the call began, by performance.now(). */
  constructor(private readonly begun: number) {}

  /** Whether a preview or a result has come. */
  get any(): boolean {
    return this.previews.size + this.reached.size > 0;
  }

  /** Keeps what an event brings. */
  note(event: UpscaleEvent): void {
    if (event.kind === 'result') {
      this.reached.set(event.sampleIndex, event.image.width);
    } else if (event.kind === 'preview') {
      this.firstPreview ??= this.elapsed();
      if (event.resolution > (this.previews.get(event.sampleIndex)?.resolution ?? 0)) {
        this.previews.set(event.sampleIndex, event);
      }
    }
  }

  /** Results of the samples that have none, each with its finest preview, and the end of the call. */
  *finish(): Generator<ResultEvent | CompletedEvent> {
    const total = this.elapsed();
    const unfinished = [...this.previews.values()]
      .filter(({ sampleIndex }) => !this.reached.has(sampleIndex))
      .sort((a, b) => a.sampleIndex - b.sampleIndex);
    for (const { sampleIndex, image, resolution } of unfinished) {
      this.reached.set(sampleIndex, resolution);
      yield { kind: 'result', sampleIndex, image, lowResolutionPsnr: 0 };
    }
    yield {
      kind: 'completed',
      reachedResolution: Math.min(...this.reached.values()),
      reason: CompletionReason.DEADLINE,
      timings: { firstPreview: this.firstPreview ?? 0, total, queued: 0, device: 0, resolutions: [] },
    };
  }

  private elapsed(): number {
    return performance.now() - this.begun;
  }
}
