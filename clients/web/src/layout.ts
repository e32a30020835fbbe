import { element } from './dom';

/** Where everything stands below each other, as in the style sheet. */
const stacked = matchMedia('(max-width: 55.99rem)');

/** Puts the settings where they are seen: beside the samples they come before them, on a phone after. Tab and screen readers go by that order. */
export function followLayout(): void {
  const settings = element('settings-section');
  const output = element('output');
  const arrange = () => {
    const { activeElement } = document;
    if (stacked.matches) {
      output.after(settings);
    } else {
      output.before(settings);
    }
    if (activeElement instanceof HTMLElement && settings.contains(activeElement)) {
      activeElement.focus({ preventScroll: true });
    }
  };
  stacked.addEventListener('change', arrange);
  arrange();
}

/** Brings the samples into sight where they may be out of it. */
export function showOutput(): void {
  if (stacked.matches) {
    element('output').scrollIntoView({ block: 'start' });
  }
}
