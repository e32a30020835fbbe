import { element } from './dom';
import { describe } from './messages';

/** Says how things stand, in a line that screen readers read out. */
export function say(text: string): void {
  element('status').textContent = text;
}

/** Says what went wrong. */
export function showProblem(error: unknown): void {
  const { title, text } = describe(error);
  show(title, text, true);
}

/** Says what somebody has to know or do, where nothing went wrong. */
export function showNotice(title: string, text: string): void {
  show(title, text, false);
}

export function hideProblem(): void {
  element('problem').hidden = true;
}

function show(title: string, text: string, isProblem: boolean): void {
  element('problem-title').textContent = title;
  element('problem-text').textContent = text;
  element('problem').toggleAttribute('data-notice', !isProblem);
  element('problem').hidden = false;
  say('');
}
