import { type CallSettings, SuperResolutionError } from 'cvdvae/web';
import { element } from './dom';

const stored = 'cvdvae.api-key';

/** The key for servers that ask for one. It stays in this tab: not in the address bar, and gone with the tab. */
export class Credentials {
  private readonly row = element('api-key-row');
  private readonly input = element<HTMLInputElement>('api-key');

  /** @param changed Called when there is another key. */
  constructor(changed: () => void) {
    this.input.value = sessionStorage.getItem(stored) ?? '';
    this.row.hidden = this.input.value === '';
    this.input.addEventListener('input', () => this.input.setCustomValidity(/^[!-~]*$/.test(this.key) ? '' : 'A key has no spaces and no letters with accents'));
    this.input.addEventListener('change', () => {
      if (this.input.validity.valid) {
        this.keep();
        changed();
      }
    });
  }

  /** What a call takes along. */
  get settings(): Pick<CallSettings, 'apiKey'> {
    return this.key === '' || !this.input.validity.valid ? {} : { apiKey: this.key };
  }

  /** Asks for a key where an error says that there is none, or a wrong one. */
  askAfter(error: unknown): void {
    if (error instanceof SuperResolutionError && error.status === 'UNAUTHENTICATED') {
      this.row.hidden = false;
      element('api-key-hint').textContent = `${this.key === '' ? 'This server asks for one.' : 'The server does not take this one.'} It stays in this tab and is forgotten with it.`;
      this.input.focus();
      this.input.select();
    }
  }

  private get key(): string {
    return this.input.value.trim();
  }

  private keep(): void {
    if (this.key === '') {
      sessionStorage.removeItem(stored);
    } else {
      sessionStorage.setItem(stored, this.key);
    }
  }
}
