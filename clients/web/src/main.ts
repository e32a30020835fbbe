import { SuperResolutionClient } from 'cvdvae/web';
import { Chooser } from './chooser';
import { Credentials } from './credentials';
import { element } from './dom';
import { followLayout } from './layout';
import { SettingsForm } from './settings';
import { hideProblem, say, showProblem } from './status';
import { Studio } from './studio';

const client = new SuperResolutionClient(location.origin);
const settings = new SettingsForm(() => void chooser.settingsChanged());
const credentials = new Credentials(() => {
  hideProblem();
  void offerModels();
});
const studio: Studio = new Studio(client, settings, credentials, () => chooser);
const chooser = new Chooser(settings, (clicked) => studio.draw(clicked));

function listen(): void {
  element('settings').addEventListener('submit', (event) => {
    event.preventDefault();
    void studio.draw();
  });
  element('again').addEventListener('click', () => {
    settings.newSeed();
    void studio.draw();
  });
  element('cancel').addEventListener('click', () => studio.cancel());
  element('copy-seed').addEventListener('click', () => {
    void navigator.clipboard.writeText(element<HTMLInputElement>('seed').value).then(() => say('The seed is copied.'), () => say('The seed could not be copied.'));
  });
}

/** Fills in what the server has. */
async function offerModels(): Promise<void> {
  try {
    settings.offer(await client.listModels(credentials.settings));
  } catch (error) {
    showProblem(error);
    credentials.askAfter(error);
  }
  chooser.showSamples();
}

async function begin(): Promise<void> {
  followLayout();
  listen();
  chooser.showSamples();
  await offerModels();
  const sample = new URLSearchParams(location.search).get('sample');
  if (sample !== null) {
    try {
      await chooser.chooseSample(sample);
      chooser.show();
      await studio.draw();
    } catch (error) {
      showProblem(error);
    }
  }
}

void begin();
