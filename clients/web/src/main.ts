import { type CallSettings, type StartedEvent, SuperResolutionClient, SuperResolutionError } from 'cvdvae/web';
import { CropBox } from './crop-box';
import { Detail, type Comparison } from './detail';
import { create, element } from './dom';
import { Drawing } from './drawing';
import { Grid } from './grid';
import { describe } from './messages';
import { Painter } from './painter';
import { exactScale, PictureError, readPicture, toInput, type Picture } from './picture';
import { readSample, samplesFor } from './samples';
import { SettingsForm } from './settings';

/** Where the samples stand below the picture, as in the style sheet. */
const stacked = matchMedia('(max-width: 55.99rem)');

const client = new SuperResolutionClient(location.origin);
const painter = new Painter();
const cropBox = new CropBox();
const detail = new Detail();
const grid = new Grid((sample) => comparison && detail.open(grid.samples, sample, comparison));
const form = element<HTMLFormElement>('settings');
const apiKey = element<HTMLInputElement>('api-key');
const settings = new SettingsForm(() => void settingsChanged());
let picture: Picture | undefined;
let comparison: Comparison | undefined;
let running: AbortController | undefined;

/** The picture, as it is or as a square of it, at a scale. */
function isExact(): boolean {
  return picture !== undefined && exactScale(picture, settings.info) === settings.values.scale;
}

/** What calls bring to a server that wants to know who calls. */
function credentials(): CallSettings {
  const key = apiKey.value.trim();
  return key === '' ? {} : { apiKey: key };
}

function choose(chosen: Picture): void {
  picture = chosen;
  const scale = exactScale(chosen, settings.info);
  if (scale !== undefined) {
    settings.chooseScale(scale);
  }
}

function showChosen(): void {
  if (picture) {
    cropBox.show(picture, isExact());
    settings.remember(picture.sample);
    hideProblem();
  }
}

async function chooseSample(name: string): Promise<void> {
  const file = samplesFor(settings.values.scale || 4).find((sample) => sample.name === name);
  if (!file) {
    throw new PictureError(`There is no sample '${name}'.`);
  }
  choose(await readSample(file));
}

function showChosenSample(name: string): void {
  showChosen();
  for (const button of element('samples').querySelectorAll('button')) {
    button.setAttribute('aria-pressed', String(button.dataset.name === name));
  }
}

async function chooseFile(file: File | null | undefined): Promise<void> {
  if (file) {
    await attempt(async () => {
      choose(await readPicture(file, file.name || 'The pasted picture'));
      showChosen();
      for (const button of element('samples').querySelectorAll('button')) {
        button.setAttribute('aria-pressed', 'false');
      }
      say('Press Draw when you are ready.');
    });
  }
}

async function settingsChanged(): Promise<void> {
  showSamples();
  if (picture?.sample !== undefined && !isExact()) {
    await attempt(() => chooseSample(picture!.sample!));
  }
  if (picture) {
    cropBox.show(picture, isExact());
  }
  settings.remember(picture?.sample);
}

async function draw(clicked = performance.now()): Promise<void> {
  if (!picture) {
    showProblem(new PictureError('Choose a picture first: one of the small portraits, or one of yours.'));
    return;
  }
  if (!form.reportValidity()) {
    return;
  }
  running?.abort();
  const call = (running = new AbortController());
  const { values } = settings;
  const { sample } = picture;
  grid.begin(values.sampleCount);
  try {
    const made = toInput(picture, isExact(), cropBox.square);
    const input = made instanceof Promise ? await made : made;
    const begun = (started: StartedEvent) => (comparison = { started, input: input.pixels });
    // The call is on its way before the page is busy with itself.
    const ended = new Drawing(client, grid, painter, clicked).run(input, values, settings.info?.outputSize ?? 0, { ...credentials(), signal: call.signal }, begun);
    showBegin(values.sampleCount, sample);
    const { text } = await ended;
    say(text);
  } catch (error) {
    if (running !== call) {
      return;
    }
    if (call.signal.aborted) {
      say(`Cancelled after ${grid.stageCount} images.`);
    } else {
      showProblem(error);
    }
  } finally {
    if (running === call) {
      running = undefined;
      setBusy(false);
    }
  }
}

function showBegin(count: number, sample: string | undefined): void {
  detail.close();
  hideProblem();
  setBusy(true);
  say(`Drawing ${count} ${count === 1 ? 'sample' : 'samples'}.`);
  settings.remember(sample);
  if (stacked.matches) {
    element('output').scrollIntoView({ block: 'start' });
  }
}

async function attempt(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    showProblem(error);
  }
}

function showSamples(): void {
  const samples = samplesFor(settings.values.scale || 4);
  element('samples').replaceChildren(...samples.map((file) => {
    const { name, url } = file;
    // A failure shows when it is clicked.
    readSample(file).catch(() => undefined);
    const button = create('button', {
      type: 'button',
      title: name,
      onclick: () => {
        const clicked = performance.now();
        void attempt(async () => {
          await chooseSample(name);
          const ended = draw(clicked);
          showChosenSample(name);
          await ended;
        });
      },
    }, create('img', { src: url, alt: name.replace('-', ' '), width: 48, height: 48 }));
    button.dataset.name = name;
    button.setAttribute('aria-pressed', String(picture?.sample === name));
    return create('li', {}, button);
  }));
}

function say(text: string): void {
  element('status').textContent = text;
}

function showProblem(error: unknown): void {
  const { title, text } = describe(error);
  element('problem-title').textContent = title;
  element('problem-text').textContent = text;
  element('problem').hidden = false;
  say('');
  if (error instanceof SuperResolutionError && error.status === 'UNAUTHENTICATED') {
    element('api-key-row').hidden = false;
    apiKey.focus();
  }
}

function hideProblem(): void {
  element('problem').hidden = true;
}

function setBusy(busy: boolean): void {
  element('cancel').hidden = !busy;
  element('draw').hidden = element('again').hidden = busy;
  element('output').toggleAttribute('aria-busy', busy);
}

function listen(): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void draw();
  });
  element('again').addEventListener('click', () => {
    settings.newSeed();
    void draw();
  });
  element('cancel').addEventListener('click', () => running?.abort());
  element('copy-seed').addEventListener('click', () => {
    void navigator.clipboard.writeText(element<HTMLInputElement>('seed').value).then(() => say('The seed is copied.'), () => say('The seed could not be copied.'));
  });
  apiKey.addEventListener('change', (event) => {
    // A key is no setting: it never shows in the address bar.
    event.stopPropagation();
    void offerModels();
  });
  const file = element<HTMLInputElement>('file');
  file.addEventListener('change', () => {
    void chooseFile(file.files?.[0]);
    file.value = '';
  });
  document.addEventListener('paste', (event) => void chooseFile(event.clipboardData?.files[0]));
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    void chooseFile(event.dataTransfer?.files[0]);
  });
}

async function offerModels(): Promise<void> {
  await attempt(async () => {
    settings.offer(await client.listModels(credentials()));
    hideProblem();
  });
  showSamples();
}

async function begin(): Promise<void> {
  listen();
  showSamples();
  await offerModels();
  const sample = new URLSearchParams(location.search).get('sample');
  if (sample !== null) {
    await attempt(async () => {
      await chooseSample(sample);
      showChosenSample(sample);
      await draw();
    });
  }
}

void begin();
