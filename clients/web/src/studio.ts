import type { StartedEvent, SuperResolutionClient } from 'cvdvae/web';
import type { Chooser } from './chooser';
import type { Credentials } from './credentials';
import { Detail, type Comparison } from './detail';
import { element } from './dom';
import { Drawing } from './drawing';
import { Grid } from './grid';
import { showOutput } from './layout';
import { Painter } from './painter';
import type { SettingsForm } from './settings';
import { hideProblem, say, showProblem } from './status';

/** Draws the chosen picture, one call at a time: a new one ends the one before. */
export class Studio {
  private readonly painter = new Painter();
  private readonly detail = new Detail();
  private readonly grid = new Grid((sample) => this.comparison && this.detail.open(this.grid.samples, sample, this.comparison));
  private comparison: Comparison | undefined;
  private running: AbortController | undefined;

  constructor(
    private readonly client: SuperResolutionClient,
    private readonly settings: SettingsForm,
    private readonly credentials: Credentials,
    private readonly chooser: () => Chooser,
  ) {}

  cancel(): void {
    this.running?.abort();
  }

  /** @param clicked Time of the click that asked for it. */
  async draw(clicked = performance.now()): Promise<void> {
    let made;
    try {
      made = this.chooser().input();
    } catch (error) {
      showProblem(error);
      return;
    }
    if (!element<HTMLFormElement>('settings').reportValidity()) {
      return;
    }
    this.running?.abort();
    const call = (this.running = new AbortController());
    const { values } = this.settings;
    this.grid.begin(values.sampleCount);
    try {
      const input = made instanceof Promise ? await made : made;
      const begun = (started: StartedEvent) => (this.comparison = { started, input: input.pixels });
      // The call is on its way before the page is busy with itself.
      const drawing = new Drawing(this.client, this.grid, this.painter, clicked);
      const ended = drawing.run(input, values, this.settings.info?.outputSize ?? 0, { ...this.credentials.settings, signal: call.signal }, begun);
      this.showBegin(values.sampleCount);
      const { text } = await ended;
      say(text);
    } catch (error) {
      this.showEnd(call, error);
    } finally {
      if (this.running === call) {
        this.running = undefined;
        this.setBusy(false);
      }
    }
  }

  private showBegin(count: number): void {
    this.detail.close();
    hideProblem();
    this.setBusy(true);
    say(`Drawing ${count} ${count === 1 ? 'sample' : 'samples'}.`);
    this.settings.remember(this.chooser().sample);
    showOutput();
  }

  /** Says why a call ended early, unless the next one has taken its place. */
  private showEnd(call: AbortController, error: unknown): void {
    if (this.running !== call) {
      return;
    }
    if (call.signal.aborted) {
      say(`Cancelled after ${this.grid.stageCount} images.`);
    } else {
      showProblem(error);
      this.credentials.askAfter(error);
    }
    if (this.grid.stageCount === 0) {
      this.grid.clear();
    }
  }

  private setBusy(busy: boolean): void {
    element('cancel').hidden = !busy;
    element('draw').hidden = element('again').hidden = busy;
    element('output').toggleAttribute('aria-busy', busy);
  }
}
