import type { ListModelsResponse, ModelInfo, ScaleInfo } from 'cvdvae/web';
import { create, element } from './dom';
import { type Settings, toQuery } from './link';
import type { Picture, Square } from './picture';

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
    this.seed.addEventListener('input', () => this.checkSeed());
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
      seed: parseSeed(this.seed.value),
    };
  }

  /** Side of what the network sees at the scale that is set; undefined while no model is known. */
  get inputSize(): number | undefined {
    const { scale } = this.values;
    return this.info?.scales.find((info) => info.scale === scale)?.inputSize;
  }

  /** The scales of the model that is set, the largest first: it leaves the most open, so its samples differ most. */
  get scales(): readonly ScaleInfo[] {
    return [...(this.info?.scales ?? [])].sort((a, b) => b.scale - a.scale);
  }

  /**
   * Fills in what the server has.
   * @returns The model that the link asks for, where the server does not have it.
   */
  offer({ models, defaultModel, limits }: ListModelsResponse): string | undefined {
    this.models = models;
    const wanted = new URLSearchParams(location.search).get('model');
    const chosen = models.find((model) => nameOf(model) === wanted) ?? models.find(({ name }) => name === defaultModel) ?? models[0];
    this.model.replaceChildren(...models.map((model) => create('option', { value: nameOf(model), textContent: `${model.name} ${model.version}`, selected: model === chosen })));
    element('model-row').hidden = models.length < 2;
    this.count.max = String(Math.min(mostShown, limits?.maxSamples ?? mostShown));
    this.showModel(Number(new URLSearchParams(location.search).get('scale')));
    return wanted === null || (chosen && nameOf(chosen) === wanted) ? undefined : wanted;
  }

  chooseScale(scale: number): void {
    const choice = document.querySelector<HTMLInputElement>(`input[name=scale][value="${scale}"]`);
    if (choice) {
      choice.checked = true;
    }
  }

  newSeed(): void {
    this.seed.value = String(crypto.getRandomValues(new Uint32Array(1))[0]);
    this.checkSeed();
  }

  /** An empty seed asks for a new one. */
  fillSeed(): void {
    if (this.seed.value.trim() === '') {
      this.newSeed();
    }
  }

  /** Puts all that decides on the images into the address bar. */
  remember(picture: Picture | undefined, square: Square | undefined): void {
    history.replaceState(null, '', this.query(this.values, picture, square));
  }

  /** The link of settings and a picture, without the address. */
  query(settings: Settings, picture: Picture | undefined, square: Square | undefined): string {
    // A link should live longer than a version of the only model.
    return toQuery(this.models.length > 1 ? settings : { ...settings, model: '' }, picture, square);
  }

  /** Sets all that earlier settings said. */
  restoreSettings(settings: Settings): void {
    this.model.value = settings.model;
    this.count.value = String(settings.sampleCount);
    this.encoder.value = String(settings.encoderTemperature);
    this.prior.value = String(settings.priorTemperature);
    this.consistency.checked = settings.enforceConsistency;
    this.seed.value = String(settings.seed);
    this.checkSeed();
    this.encoder.dataset.kept = this.prior.dataset.kept = '';
    this.showModel(settings.scale);
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
    const { scales } = this;
    const chosen = scales.find((info) => info.scale === scale) ?? scales[0];
    element('scale-choices').replaceChildren(...scales.map((info) => create('label', {},
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
    element('knows').hidden = model.description === '';
    element('knows-what').textContent = model.description;
    this.showValues();
  }

  private checkSeed(): void {
    const isWrong = this.seed.value.trim() !== '' && parseSeed(this.seed.value) === undefined;
    this.seed.setCustomValidity(isWrong ? `A whole number from 0 to ${mostSeed}, or nothing for a new one` : '');
    this.seed.setAttribute('aria-invalid', String(isWrong));
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
