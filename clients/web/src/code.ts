import type { Chooser } from './chooser';
import type { Credentials } from './credentials';
import { create, element } from './dom';
import { squareKey } from './picture';
import { saveFile } from './pixels';
import type { SettingsForm } from './settings';
import { type Call, type Language, languages, origins, snippet } from './snippets';
import { say, showProblem } from './status';

/** Stands for the server's address where it is not known. */
const someServer = 'http://SERVER:5000';

/** The call with the settings on screen, as a program. */
export class Code {
  private readonly text = element('code');
  private readonly small = element('save-small');

  private server = someServer;

  constructor(
    private readonly settings: SettingsForm,
    private readonly chooser: Chooser,
    private readonly credentials: Credentials,
  ) {
    element('languages').replaceChildren(
      create('legend', { className: 'unseen', textContent: 'Language' }),
      ...languages.map((language, index) =>
        create(
          'label',
          {},
          create('input', { type: 'radio', name: 'language', value: language, checked: index === 0 }),
          create('span', { textContent: language }),
        ),
      ),
    );
    element('languages').addEventListener('change', () => this.show());
    element('copy-code').addEventListener('click', () => {
      void navigator.clipboard.writeText(this.text.textContent ?? '').then(
        () => say('The code is copied.'),
        () => say('The code could not be copied.'),
      );
    });
    this.small.addEventListener('click', () => void this.saveSmall());
    void this.askForServer();
  }

  /** Follows picture and settings. */
  show(): void {
    const language = element('languages').querySelector<HTMLInputElement>(':checked')?.value as Language;
    const call = this.call;
    this.text.textContent = snippet(language, call);
    element('code-origin').textContent = origins[language];
    this.small.hidden = !this.isMoved && this.chooser.picture?.sample === undefined;
    this.small.textContent = `Save ${call.file}`;
  }

  private get call(): Call {
    const { picture } = this.chooser;
    const settings = this.settings.values;
    const size = this.settings.inputSize ?? 0;
    const file = !picture
      ? 'small.png'
      : picture.sample !== undefined
        ? `${picture.sample}-x${settings.scale}.png`
        : this.isMoved
          ? `${picture.name.replace(/\.[^.]*$/, '')}-${size}x${size}.png`
          : picture.name;
    return {
      settings,
      file,
      isCropped: picture !== undefined && !this.isMoved && !picture.fits(size),
      server: this.server,
      hasKey: this.credentials.settings.apiKey !== undefined,
    };
  }

  /** Whether another square than the middle one is used, which servers don't cut out: the code then takes the small picture. */
  private get isMoved(): boolean {
    const { picture, square } = this.chooser;
    return picture !== undefined && picture.sample === undefined && squareKey(square, 0) !== squareKey(picture.middle, 0);
  }

  private async askForServer(): Promise<void> {
    try {
      const answer = await fetch('grpc-address');
      const address = (await answer.text()).trim();
      if (answer.ok && /^https?:\/\/\S+$/.test(address)) {
        this.server = address;
        this.show();
      }
    } catch {
      // Another server may serve these files: it stays a server that is to be filled in.
    }
  }

  private async saveSmall(): Promise<void> {
    try {
      const { image } = await this.chooser.input();
      saveFile(new Blob([new Uint8Array(image)], { type: 'image/png' }), this.call.file);
    } catch (error) {
      showProblem(error);
    }
  }
}
