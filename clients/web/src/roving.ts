const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/**
 * Makes a list of buttons one stop of the Tab key: arrow keys, Home and End go from one to the next. The stop is the button that is
 * pressed, or was used last, or the first.
 */
export class Roving {
  constructor(private readonly list: HTMLElement) {
    list.addEventListener('keydown', (event) => this.key(event));
    list.addEventListener('focusin', ({ target }) => this.stopAt(target as HTMLElement));
  }

  /** Follows new buttons, and which of them is pressed. */
  update(): void {
    const all = this.buttons;
    const stop =
      all.find((button) => button.getAttribute('aria-pressed') === 'true') ??
      all.find((button) => button.tabIndex === 0 && button.dataset.stop !== undefined) ??
      all[0];
    if (stop) {
      this.stopAt(stop);
    }
  }

  private get buttons(): HTMLButtonElement[] {
    return [...this.list.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')];
  }

  private stopAt(stop: HTMLElement): void {
    for (const button of this.list.querySelectorAll('button')) {
      button.tabIndex = button === stop ? 0 : -1;
      button.toggleAttribute('data-stop', button === stop);
    }
  }

  private key(event: KeyboardEvent): void {
    const all = this.buttons;
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const step = steps[event.key];
    const next =
      step !== undefined
        ? all[(at + step + all.length) % all.length]
        : event.key === 'Home'
          ? all[0]
          : event.key === 'End'
            ? all.at(-1)
            : undefined;
    if (next && at >= 0 && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      next.focus();
    }
  }
}
