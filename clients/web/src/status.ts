import { element } from './dom';
import { describe } from './messages';

/** Says how things stand, in a line that screen readers read out. */
export function say(text: string): void {
  element('status').textContent = text;
}

/** Says what went wrong. */
export function showProblem(error: unknown): void {
  const { title, text } = describe(error);
  element('problem-title').textContent = title;
  element('problem-text').textContent = text;
  element('problem').hidden = false;
  say('');
}

export function hideProblem(): void {
  element('problem').hidden = true;
}
