import { SuperResolutionClient } from 'cvdvae/web';
import { Chooser } from './chooser';
import { Code } from './code';
import { Credentials } from './credentials';
import { element } from './dom';
import { followLayout } from './layout';
import { ownPicture, parseSquare } from './link';
import { isOutOfReach } from './messages';
import { isSame } from './run';
import { SettingsForm } from './settings';
import { hideProblem, say, showNotice, showProblem } from './status';
import { Studio } from './studio';
import { untilBack } from './watch';

const client = new SuperResolutionClient(location.origin);
const settings = new SettingsForm(() => void chooser.settingsChanged());
const credentials = new Credentials(() => {
  hideProblem();
  void beginAgain();
});
const studio: Studio = new Studio(
  client,
  settings,
  credentials,
  () => chooser,
  offerModels,
  () => void goOnWhenBack(),
);
const chooser: Chooser = new Chooser(settings, {
  clicked: draw,
  changed: () => {
    studio.compareWithForm();
    code.show();
  },
});
const code = new Code(settings, chooser, credentials);
let waiting: AbortController | undefined;

function listen(): void {
  element('settings').addEventListener('submit', (event) => {
    event.preventDefault();
    void draw();
  });
  element('settings-section').addEventListener('input', () => {
    studio.compareWithForm();
    code.show();
  });
  element('again').addEventListener('click', () => {
    settings.newSeed();
    code.show();
    void draw();
  });
  element('cancel').addEventListener('click', () => studio.cancel());
  element('copy-seed').addEventListener('click', () => {
    void navigator.clipboard.writeText(element<HTMLInputElement>('seed').value).then(
      () => say('The seed is copied.'),
      () => say('The seed could not be copied.'),
    );
  });
}

/** Draws because somebody asked for it: nothing is waited for any more. */
function draw(clicked?: number): Promise<void> {
  waiting?.abort();
  settings.fillSeed();
  return studio.draw(clicked);
}

/** Fills in what the server has. */
async function offerModels(): Promise<void> {
  try {
    const missing = settings.offer(await client.listModels(credentials.settings));
    if (missing !== undefined) {
      say(`The link asks for the model ${missing}, which this server does not have; its images will differ.`);
    }
  } catch (error) {
    showProblem(error);
    credentials.askAfter(error);
    if (isOutOfReach(error)) {
      void goOnWhenBack();
    }
  }
  chooser.showSamples();
  code.show();
}

/** Waits for a server, or a network, that was lost, and does again what it kept from being done. */
async function goOnWhenBack(): Promise<void> {
  waiting?.abort();
  const wait = (waiting = new AbortController());
  const { wish } = studio;
  if (!(await untilBack(wait.signal))) {
    return;
  }
  hideProblem();
  say('The server is back.');
  if (!settings.info) {
    await beginAgain();
  } else if (wish && studio.wish && isSame(wish, studio.wish)) {
    await studio.draw();
  }
}

/** Draws what the link says. */
async function openLink(): Promise<void> {
  const query = new URLSearchParams(location.search);
  const sample = query.get('sample');
  try {
    if (sample !== null) {
      await chooser.chooseSample(sample);
    } else if (query.get('picture') !== ownPicture) {
      return;
    } else if (!(await chooser.chooseKept())) {
      chooser.expect(parseSquare(query.get('square')));
      showNotice('This link needs a picture.', 'It was made with a picture of somebody’s own, which no link carries. Choose that picture here to see the same images.');
      return;
    }
    chooser.show();
    await studio.draw();
  } catch (error) {
    showProblem(error);
  }
}

/** Asks the server for its models, and draws what the link says where nothing is chosen yet. */
async function beginAgain(): Promise<void> {
  await offerModels();
  if (settings.info && !chooser.picture) {
    await openLink();
  }
}

followLayout();
listen();
chooser.showSamples();
void beginAgain();
