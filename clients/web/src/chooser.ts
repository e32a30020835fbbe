import { CropBox } from './crop-box';
import { create, element } from './dom';
import { forgetPicture, keepPicture, keptPicture } from './kept-picture';
import { type Input, Picture, PictureError, type Square, squareKey } from './picture';
import { Roving } from './roving';
import { readSample, samplesFor } from './samples';
import { Seen } from './seen';
import type { SettingsForm } from './settings';
import { hideProblem, say, showProblem } from './status';

/** What the chooser tells. */
export interface ChooserEvents {
  /** A sample of the page was clicked; what it returns is waited for. */
  readonly clicked: (time: number) => Promise<void>;
  /** There is another picture, or another part of it. */
  readonly changed: () => void;
}

/** The picture that is to be drawn large: a sample of the page, or one that is chosen, dropped or pasted. */
export class Chooser {
  private readonly cropBox = new CropBox(() => this.moved());
  private readonly seen = new Seen();
  private readonly list = element('samples');
  private readonly roving = new Roving(this.list);
  private chosen: Picture | undefined;
  private expected: Square | undefined;
  /** Scale whose samples are shown. */
  private offered = 0;

  constructor(
    private readonly settings: SettingsForm,
    private readonly events: ChooserEvents,
  ) {
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

  /** What is chosen. */
  get picture(): Picture | undefined {
    return this.chosen;
  }

  /** The part of it that is used. */
  get square(): Square {
    return this.isExact || !this.chosen ? (this.chosen?.middle ?? { x: 0, y: 0, size: 1 }) : this.cropBox.square;
  }

  /**
   * What goes to the server, at once where nothing is left to do.
   * @throws PictureError Nothing is chosen, or no model is known yet.
   */
  input(): Input | Promise<Input> {
    const size = this.settings.inputSize;
    if (!this.chosen) {
      throw new PictureError('Choose a picture first: one of the small portraits, or one of yours.', 'There is no picture yet.');
    }
    if (size === undefined) {
      throw new PictureError('Nothing is known of its models.', 'The server has not said what it can draw.');
    }
    return this.chosen.input(this.square, size);
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

  /** Chooses the picture that this tab has kept. Returns whether it has one. */
  async chooseKept(): Promise<boolean> {
    const kept = await keptPicture();
    if (kept) {
      this.choose(kept.picture, kept.square);
    }
    return kept !== undefined;
  }

  /** Says which square of the next picture of the visitor's is to be used: the one of a link, whose picture it may be. */
  expect(square: Square | undefined): void {
    this.expected = square;
  }

  /** Goes back to a picture and its part. */
  restore(picture: Picture, square: Square): void {
    this.choose(picture, square, false);
    this.showSamples();
    this.show();
  }

  /** Shows what is chosen. */
  show(): void {
    if (this.chosen) {
      this.cropBox.show(this.chosen, this.isExact);
      this.settings.remember(this.chosen, this.square);
      hideProblem();
    }
    this.markSample();
    this.showSeen();
    this.events.changed();
  }

  /** Follows the settings: another scale has smaller samples, and leaves less of a photograph. */
  async settingsChanged(): Promise<void> {
    this.showSamples();
    if (this.chosen?.sample !== undefined && !this.isExact) {
      await this.attempt(() => this.chooseSample(this.chosen!.sample!));
    }
    if (this.chosen) {
      this.cropBox.show(this.chosen, this.isExact);
    }
    this.showSeen();
    this.settings.remember(this.chosen, this.square);
    this.events.changed();
  }

  /** Offers the samples for the scale that is set. */
  showSamples(): void {
    const scale = this.settings.values.scale || 4;
    if (scale === this.offered) {
      // The click of somebody who comes from a text field is under way when that field's change is told: the button must stay.
      this.markSample();
      return;
    }
    this.offered = scale;
    const had = this.list.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset.name : undefined;
    this.list.replaceChildren(
      ...samplesFor(scale).map((file) => {
        const { name, url } = file;
        // A failure shows when it is clicked.
        readSample(file).catch(() => undefined);
        const image = create('img', { src: url, alt: name.replace('-', ' '), width: 48, height: 48 });
        const button = create('button', { type: 'button', title: name, onclick: () => this.click(name) }, image);
        button.dataset.name = name;
        return create('li', {}, button);
      }),
    );
    this.markSample();
    this.list.querySelector<HTMLElement>(`[data-name="${had}"]`)?.focus();
  }

  private get isExact(): boolean {
    return this.chosen?.fits(this.settings.inputSize ?? 0) ?? false;
  }

  /** @param sets Whether a picture of the right size for another scale sets that scale. */
  private choose(picture: Picture, square = picture.middle, sets = true): void {
    if (this.chosen !== picture) {
      this.chosen?.release();
    }
    this.chosen = picture;
    this.cropBox.choose(picture, square);
    const exact = this.settings.scales.find(({ inputSize }) => picture.fits(inputSize));
    if (sets && exact && exact.scale !== this.settings.values.scale) {
      this.settings.chooseScale(exact.scale);
      this.showSamples();
    }
  }

  private click(name: string): void {
    const time = performance.now();
    void this.attempt(async () => {
      await this.chooseSample(name);
      forgetPicture();
      const ended = this.events.clicked(time);
      this.show();
      await ended;
    });
  }

  private async chooseFile(file: File | null | undefined): Promise<void> {
    if (file) {
      await this.attempt(async () => {
        const picture = await Picture.read(file, { name: file.name || 'The pasted picture' });
        const { expected } = this;
        this.expected = undefined;
        this.choose(picture, expected && picture.holds(expected) ? expected : picture.middle);
        this.show();
        say('Press Draw when you are ready.');
      });
    }
  }

  private moved(): void {
    this.showSeen();
    this.settings.remember(this.chosen, this.square);
    this.events.changed();
  }

  /** Says and shows what the network will see of a picture of the visitor's, and keeps that for a reload. */
  private showSeen(): void {
    const { chosen, square } = this;
    const size = this.settings.inputSize;
    if (!chosen || chosen.sample !== undefined || size === undefined) {
      this.seen.hide();
      return;
    }
    void this.seen.show(chosen, square, size, this.settings.info?.description ?? '').then((isShown) => {
      if (isShown && this.chosen === chosen && squareKey(square, 0) === squareKey(this.square, 0)) {
        void keepPicture(
          chosen,
          square,
          this.settings.scales.map(({ inputSize }) => inputSize),
        );
      }
    }, showProblem);
  }

  private markSample(): void {
    for (const button of this.list.querySelectorAll('button')) {
      button.setAttribute('aria-pressed', String(button.dataset.name === this.chosen?.sample));
    }
    this.roving.update();
  }

  private async attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      showProblem(error);
    }
  }
}
