import type { ListModelsResponse, ModelInfo } from 'cvdvae/web';
import { create, element } from './dom';

/** What the form says. */
export interface Settings {
  readonly model: string;
  readonly scale: number;
  readonly sampleCount: number;
  readonly encoderTemperature: number;
  readonly priorTemperature: number;
  readonly enforceConsistency: boolean;
  readonly seed: bigint;
}

const mostShown = 16;
const mostSeed = 2n ** 64n - 1n;

/** The form of settings. What it says is in the address bar too, so that a reload, or somebody who gets the link, has the same. */
export class SettingsForm {
  private readonly model = element<HTMLSelectElement>('model');
  private readonly count = element<HTMLInputElement>('sample-count');
  private readonly encoder = element<HTMLInputElement>('encoder-temperature');
  private readonly prior = element<HTMLInputElement>('prior-temperature');
  private readonly consistency = element<HTMLInputElement>('consistency');
  private readonly seed = element<HTMLInputElement>('seed');
  private models: readonly ModelInfo[] = [];

  constructor(private readonly changed: () => void) {
    for (const input of [this.count, this.encoder, this.prior]) {
      input.addEventListener('input', () => this.showValues());
    }
    element('settings-section').addEventListener('change', (event) => {
      if (event.target === this.model) {
        this.showModel();
      }
      this.changed();
    });
    this.seed.addEventListener('input', () => this.seed.setCustomValidity(parseSeed(this.seed.value) === undefined ? `A whole number from 0 to ${mostSeed}` : ''));
    this.restore(new URLSearchParams(location.search));
    this.showValues();
  }

  /** The model that is chosen, once they are known. */
  get info(): ModelInfo | undefined {
    return this.models.find((model) => nameOf(model) === this.model.value);
  }

  get values(): Settings {
    return {
      model: this.model.value,
      scale: Number(document.querySelector<HTMLInputElement>('input[name=scale]:checked')?.value ?? 0),
      sampleCount: this.count.valueAsNumber,
      encoderTemperature: this.encoder.valueAsNumber,
      priorTemperature: this.prior.valueAsNumber,
      enforceConsistency: this.consistency.checked,
      seed: parseSeed(this.seed.value) ?? 0n,
    };
  }

  /** Fills in what the server has. */
  offer({ models, defaultModel, limits }: ListModelsResponse): void {
    this.models = models;
    const wanted = new URLSearchParams(location.search).get('model');
    const chosen = models.find((model) => nameOf(model) === wanted) ?? models.find(({ name }) => name === defaultModel) ?? models[0];
    this.model.replaceChildren(...models.map((model) => create('option', { value: nameOf(model), textContent: `${model.name} ${model.version}`, selected: model === chosen })));
    element('model-row').hidden = models.length < 2;
    this.count.max = String(Math.min(mostShown, limits?.maxSamples ?? mostShown));
    this.showModel(Number(new URLSearchParams(location.search).get('scale')));
  }

  chooseScale(scale: number): void {
    const choice = document.querySelector<HTMLInputElement>(`input[name=scale][value="${scale}"]`);
    if (choice) {
      choice.checked = true;
    }
  }

  newSeed(): void {
    this.seed.value = String(crypto.getRandomValues(new Uint32Array(1))[0]);
    this.seed.setCustomValidity('');
  }

  /** Puts all that decides on the images into the address bar. */
  remember(sample: string | undefined): void {
    const { scale, sampleCount, encoderTemperature, priorTemperature, enforceConsistency, seed } = this.values;
    const query = new URLSearchParams();
    if (sample !== undefined) {
      query.set('sample', sample);
    }
    if (this.models.length > 1) {
      query.set('model', this.model.value);
    }
    if (scale > 0) {
      query.set('scale', String(scale));
    }
    query.set('samples', String(sampleCount));
    query.set('encoder-temperature', String(encoderTemperature));
    query.set('prior-temperature', String(priorTemperature));
    if (enforceConsistency) {
      query.set('consistency', '1');
    }
    query.set('seed', String(seed));
    history.replaceState(null, '', `?${query}`);
  }

  private restore(query: URLSearchParams): void {
    const set = (input: HTMLInputElement, name: string) => {
      const value = query.get(name);
      if (value !== null && Number.isFinite(Number(value))) {
        input.value = value;
        input.dataset.kept = '';
      }
    };
    set(this.count, 'samples');
    set(this.encoder, 'encoder-temperature');
    set(this.prior, 'prior-temperature');
    this.consistency.checked = query.get('consistency') === '1';
    const seed = parseSeed(query.get('seed') ?? '');
    if (seed === undefined) {
      this.newSeed();
    } else {
      this.seed.value = String(seed);
    }
  }

  private showModel(scale = 0): void {
    const model = this.info;
    if (!model) {
      return;
    }
    const chosen = model.scales.find((info) => info.scale === scale) ?? model.scales[0];
    element('scale-choices').replaceChildren(...model.scales.map((info) => create('label', {},
      create('input', { type: 'radio', name: 'scale', value: String(info.scale), checked: info === chosen }),
      create('span', { textContent: `×${info.scale}` }))));
    element('scales').hidden = false;
    for (const [input, value] of [[this.encoder, model.encoderTemperature], [this.prior, model.priorTemperature]] as const) {
      // A link's value stays; the model's own is where nobody has said anything.
      if (input.dataset.kept === undefined) {
        input.value = String(value);
      }
    }
    element('licence').textContent = model.licence;
    this.showValues();
  }

  private showValues(): void {
    for (const [input, output, digits] of [
      [this.count, 'samples-value', 0], [this.encoder, 'encoder-temperature-value', 2], [this.prior, 'prior-temperature-value', 2],
    ] as const) {
      element(output).textContent = input.valueAsNumber.toFixed(digits);
    }
  }
}

function nameOf({ name, version }: ModelInfo): string {
  return `${name}@${version}`;
}

/** A seed as the server takes it; undefined: it is none. */
export function parseSeed(text: string): bigint | undefined {
  const digits = text.trim();
  if (!/^\d{1,20}$/.test(digits)) {
    return undefined;
  }
  const seed = BigInt(digits);
  return seed <= mostSeed ? seed : undefined;
}
