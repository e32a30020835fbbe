import type { SuperResolutionClient } from 'cvdvae/web';
import { Beside } from './beside';
import type { Chooser } from './chooser';
import type { Credentials } from './credentials';
import { Detail } from './detail';
import { element } from './dom';
import { Drawing } from './drawing';
import { showFacts, showProgress } from './facts';
import { Grid } from './grid';
import { showOutput } from './layout';
import { describeSilence, isOutOfReach } from './messages';
import { Painter } from './painter';
import { isSame, Run, type Wish } from './run';
import { Sample } from './sample';
import type { SettingsForm } from './settings';
import { listenToSharing } from './sharing';
import { hideProblem, say, showProblem } from './status';
import { Visit } from './visit';
import { Watch } from './watch';

/** Draws the chosen picture, one call at a time: a new one ends the one before. What was drawn stays until something new comes. */
export class Studio {
  private readonly painter = new Painter();
  private readonly detail = new Detail();
  private readonly grid = new Grid();
  private readonly beside = new Beside(() => this.detail.follow(this.beside.references));
  private readonly visit = new Visit((run) => this.goBack(run));
  private shown: Run | undefined;
  private running: AbortController | undefined;
  private refreshing = false;

  /**
   * @param offer Asks the server again for its models; resolves when they are there, or not.
   * @param lost Called when the server is out of reach.
   */
  constructor(
    private readonly client: SuperResolutionClient,
    private readonly settings: SettingsForm,
    private readonly credentials: Credentials,
    private readonly chooser: () => Chooser,
    private readonly offer: () => Promise<void>,
    private readonly lost: () => void,
  ) {
    element('back').addEventListener('click', () => this.shown && this.goBack(this.shown));
    listenToSharing(settings, () => this.shown);
  }

  cancel(): void {
    this.running?.abort();
  }

  /** What the form asks for; undefined: no picture is chosen. */
  get wish(): Wish | undefined {
    const { picture, square } = this.chooser();
    return picture && { settings: this.settings.values, picture, square };
  }

  /** @param clicked Time of the click that asked for it. */
  async draw(clicked = performance.now()): Promise<void> {
    if (!this.settings.info) {
      await this.offer();
      if (!this.settings.info) {
        return;
      }
    }
    let made;
    try {
      made = this.chooser().input();
    } catch (error) {
      showProblem(error);
      return;
    }
    const { wish } = this;
    if (!wish || !element<HTMLFormElement>('settings').reportValidity()) {
      return;
    }
    this.running?.abort();
    const call = (this.running = new AbortController());
    const run: Run = new Run(
      wish,
      Array.from(
        { length: wish.settings.sampleCount },
        (_, index) => new Sample(index, (sample) => {
          // Not what stood there at the last refreshing: images may have come since.
          this.beside.update();
          this.detail.open(run, sample, this.beside.references);
        }),
      ),
    );
    const watch = new Watch((silence, seconds) => this.running === call && this.showSilence(silence && describeSilence(silence), seconds));
    const drawing = new Drawing(this.client, run, this.painter, clicked, {
      heard: () => watch.heard(),
      begun: () => this.show(run),
      painted: () => this.refresh(run),
      timed: () => this.shown === run && showFacts(run),
    });
    try {
      if (made instanceof Promise) {
        this.showBegin(run);
        run.input = await made;
        call.signal.throwIfAborted();
      } else {
        run.input = made;
      }
      // The call is on its way before the page is busy with itself.
      const ended = drawing.draw(run.input, this.settings.info?.outputSize ?? 0, { ...this.credentials.settings, signal: call.signal });
      this.showBegin(run);
      run.outcome = await ended;
      say(run.outcome);
    } catch (error) {
      this.showEnd(call, run, error);
    } finally {
      watch.end();
      if (run.hasImages) {
        this.visit.add(run);
        this.visit.show(this.shown);
      }
      if (this.running === call) {
        this.running = undefined;
        this.setBusy(false);
      }
    }
  }

  /** Follows picture and settings: images of other ones are marked as such. */
  compareWithForm(): void {
    const { shown, wish, running } = this;
    const isOld = shown !== undefined && !running && !(wish && isSame(wish, shown.wish));
    element('stale').hidden = !isOld;
    element('output').toggleAttribute('data-stale', isOld || (running !== undefined && shown?.outcome !== undefined));
    if (isOld) {
      element('stale-text').textContent = `These images are of other settings: ${shown.title}. Draw makes those that are set now.`;
    }
  }

  /** Puts up a run in place of what is there. */
  private show(run: Run): void {
    this.detail.close();
    this.shown = run;
    this.grid.show(run);
    this.beside.show(run);
    showFacts(run);
    showProgress(run);
    element('tools').hidden = false;
    this.compareWithForm();
  }

  /** Brings an earlier run back, with its picture and settings. */
  private goBack(run: Run): void {
    this.cancel();
    this.running = undefined;
    this.setBusy(false);
    this.settings.restoreSettings(run.wish.settings);
    this.chooser().restore(run.wish.picture, run.wish.square);
    this.show(run);
    this.visit.show(run);
    say(run.outcome ?? '');
  }

  /** Follows new images, not more often than eyes do, and after they are painted. */
  private refresh(run: Run): void {
    if (this.shown !== run) {
      return;
    }
    this.grid.markReached(run.started);
    if (!this.refreshing) {
      this.refreshing = true;
      setTimeout(() => {
        this.refreshing = false;
        this.grid.compare();
        this.beside.update();
      }, 60);
    }
  }

  private showBegin(run: Run): void {
    const count = run.samples.length;
    this.detail.close();
    hideProblem();
    this.showSilence(undefined, 0);
    this.setBusy(true);
    say(`Drawing ${count} ${count === 1 ? 'sample' : 'samples'}.`);
    this.settings.remember(run.wish.picture, run.wish.square);
    if (!this.shown) {
      this.grid.show(run);
    }
    this.compareWithForm();
    showFacts(run);
    showProgress(run);
    showOutput();
  }

  /** Says why a call ended early, unless the next one has taken its place. */
  private showEnd(call: AbortController, run: Run, error: unknown): void {
    run.outcome = `${call.signal.aborted ? 'Cancelled' : 'Broken off'}: ${run.progress}.`;
    if (this.running !== call) {
      return;
    }
    if (call.signal.aborted) {
      say(run.outcome);
    } else {
      showProblem(error);
      if (run.hasImages) {
        say(run.outcome);
      }
      this.credentials.askAfter(error);
      if (isOutOfReach(error)) {
        this.lost();
      }
    }
    if (!run.hasImages) {
      this.showBefore(run);
    }
  }

  /** Nothing came of a run: what was there before it stays. */
  private showBefore(run: Run): void {
    if (this.shown === run || !this.shown) {
      this.shown = undefined;
      this.grid.clear();
      this.beside.clear();
      element('tools').hidden = true;
    }
    showFacts(this.shown);
    showProgress(this.shown);
  }

  private showSilence(text: string | undefined, seconds: number): void {
    element('silence').hidden = text === undefined;
    if (text !== undefined && element('silence-text').textContent !== text) {
      element('silence-text').textContent = text;
    }
    element('silence-seconds').textContent = `${seconds} s`;
  }

  private setBusy(busy: boolean): void {
    element('cancel').hidden = !busy;
    element('draw').hidden = element('again').hidden = busy;
    element('output').toggleAttribute('aria-busy', busy);
    this.compareWithForm();
  }
}
