import { archive } from './archive';
import { element } from './dom';
import { saveFile } from './pixels';
import type { Run } from './run';
import type { SettingsForm } from './settings';
import { say, showProblem } from './status';

const lacksPicture = ' It does not carry your picture: it works in this tab, and where somebody chooses the same picture.';

/** Copies the link to what is on screen, and saves all of it. */
export function listenToSharing(settings: SettingsForm, current: () => Run | undefined): void {
  const linkOf = (run: Run) => `${location.origin}${location.pathname}${settings.query(run.wish.settings, run.wish.picture, run.wish.square)}`;
  const onClick = (id: string, action: (run: Run) => Promise<void>) => {
    element(id).addEventListener('click', () => {
      const run = current();
      if (run?.hasImages) {
        action(run).catch(showProblem);
      }
    });
  };
  onClick('copy-link', async (run) => {
    try {
      await navigator.clipboard.writeText(linkOf(run));
      say(`The link to these images is copied.${run.wish.picture.sample === undefined ? lacksPicture : ''}`);
    } catch {
      say('The link could not be copied.');
    }
  });
  onClick('save-all', async (run) => {
    const { file, name } = await archive(run, linkOf(run));
    saveFile(file, name);
  });
}
