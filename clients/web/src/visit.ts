import { create, element } from './dom';
import { decode, drawOn } from './pixels';
import { Roving } from './roving';
import { isSame, type Run } from './run';

const mostRuns = 24;

/** What was drawn since the page was opened, newest first; a click brings it back. */
export class Visit {
  private readonly list = element('visit');
  private readonly roving = new Roving(this.list);
  private runs: readonly Run[] = [];

  constructor(private readonly restore: (run: Run) => void) {}

  /** Takes a run that has ended, in the place of an earlier one of the same wish. */
  add(run: Run): void {
    this.runs = [run, ...this.runs.filter((other) => other !== run && !isSame(other.wish, run.wish))].slice(0, mostRuns);
  }

  /** Marks the run that is on screen. */
  show(current: Run | undefined): void {
    element('visit-section').hidden = this.runs.length === 0;
    const hadFocus = this.list.contains(document.activeElement);
    this.list.replaceChildren(
      ...this.runs.map((run) => {
        const canvas = create('canvas');
        canvas.setAttribute('aria-hidden', 'true');
        // What came, and not what is painted yet.
        const newest = run.samples.find(({ stages }) => stages.length > 0)?.stages.at(-1);
        if (newest) {
          void Promise.resolve(decode(newest.image)).then((image) => drawOn(canvas, image));
        }
        const button = create(
          'button',
          { type: 'button', title: run.title, onclick: () => this.restore(run) },
          canvas,
          create('span', { textContent: run.title }),
        );
        button.setAttribute('aria-pressed', String(run === current));
        return create('li', {}, button);
      }),
    );
    this.roving.update();
    if (hadFocus) {
      this.list.querySelector<HTMLElement>('[aria-pressed=true]')?.focus();
    }
  }
}
