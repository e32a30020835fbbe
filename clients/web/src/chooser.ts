import { CropBox } from './crop-box';
import { create, element } from './dom';
import { exactScale, type Input, type Picture, PictureError, readPicture, toInput } from './picture';
import { readSample, samplesFor } from './samples';
import type { SettingsForm } from './settings';
import { hideProblem, say, showProblem } from './status';

/** The picture that is to be drawn large: a sample of the page, or one that is chosen, dropped or pasted. */
export class Chooser {
  private readonly cropBox = new CropBox();
  private picture: Picture | undefined;

  /** @param clicked Called when a sample of the page is chosen by a click, with the time of the click; what it returns is waited for. */
  constructor(private readonly settings: SettingsForm, private readonly clicked: (time: number) => Promise<void>) {
    const file = element<HTMLInputElement>('file');
    file.addEventListener('change', () => {
      void this.chooseFile(file.files?.[0]);
      file.value = '';
    });
    document.addEventListener('paste', (event) => void this.chooseFile(event.clipboardData?.files[0]));
    document.addEventListener('dragover', (event) => event.preventDefault());
    document.addEventListener('drop', (event) => {
      event.preventDefault();
      void this.chooseFile(event.dataTransfer?.files[0]);
    });
  }

  /** Name of the chosen sample; undefined: it is no sample, or nothing is chosen. */
  get sample(): string | undefined {
    return this.picture?.sample;
  }

  /**
   * What goes to the server, at once where nothing is left to do.
   * @throws PictureError Nothing is chosen.
   */
  input(): Input | Promise<Input> {
    if (!this.picture) {
      throw new PictureError('Choose a picture first: one of the small portraits, or one of yours.');
    }
    return toInput(this.picture, this.isExact, this.cropBox.square);
  }

  /**
   * Chooses a sample of the page by its name.
   * @throws PictureError There is none of this name.
   */
  async chooseSample(name: string): Promise<void> {
    const file = samplesFor(this.settings.values.scale || 4).find((sample) => sample.name === name);
    if (!file) {
      throw new PictureError(`There is no sample '${name}'.`);
    }
    this.choose(await readSample(file));
  }

  /** Shows what is chosen. */
  show(): void {
    if (this.picture) {
      this.cropBox.show(this.picture, this.isExact);
      this.settings.remember(this.picture.sample);
      hideProblem();
    }
    this.markSample();
  }

  /** Follows the settings: another scale has smaller samples. */
  async settingsChanged(): Promise<void> {
    this.showSamples();
    if (this.picture?.sample !== undefined && !this.isExact) {
      await this.attempt(() => this.chooseSample(this.picture!.sample!));
    }
    if (this.picture) {
      this.cropBox.show(this.picture, this.isExact);
    }
    this.settings.remember(this.picture?.sample);
  }

  /** Offers the samples for the scale that is set. */
  showSamples(): void {
    element('samples').replaceChildren(...samplesFor(this.settings.values.scale || 4).map((file) => {
      const { name, url } = file;
      // A failure shows when it is clicked.
      readSample(file).catch(() => undefined);
      const image = create('img', { src: url, alt: name.replace('-', ' '), width: 48, height: 48 });
      const button = create('button', { type: 'button', title: name, onclick: () => this.click(name) }, image);
      button.dataset.name = name;
      return create('li', {}, button);
    }));
    this.markSample();
  }

  private get isExact(): boolean {
    return this.picture !== undefined && exactScale(this.picture, this.settings.info) === this.settings.values.scale;
  }

  private choose(chosen: Picture): void {
    this.picture = chosen;
    const scale = exactScale(chosen, this.settings.info);
    if (scale !== undefined) {
      this.settings.chooseScale(scale);
    }
  }

  private click(name: string): void {
    const time = performance.now();
    void this.attempt(async () => {
      await this.chooseSample(name);
      const ended = this.clicked(time);
      this.show();
      await ended;
    });
  }

  private async chooseFile(file: File | null | undefined): Promise<void> {
    if (file) {
      await this.attempt(async () => {
        this.choose(await readPicture(file, file.name || 'The pasted picture'));
        this.show();
        say('Press Draw when you are ready.');
      });
    }
  }

  private markSample(): void {
    for (const button of element('samples').querySelectorAll('button')) {
      button.setAttribute('aria-pressed', String(button.dataset.name === this.sample));
    }
  }

  private async attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      showProblem(error);
    }
  }
}
