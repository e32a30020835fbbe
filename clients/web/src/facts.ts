import { element } from './dom';
import type { Run } from './run';

/** Times, seed and model of a run. */
export function showFacts(run: Run | undefined): void {
  element('times').hidden = element('progress').hidden = run === undefined;
  element('first-preview').textContent = duration(run?.firstPreview);
  element('total').textContent = duration(run?.total);
  element('used-seed').textContent = run?.started ? String(run.started.seed) : '–';
  element('used-model').textContent = run?.started ? `${run.started.model}, ×${run.started.scale}` : '–';
}

/** How far a run is: at its beginning, or where it ended. */
export function showProgress(run: Run | undefined): void {
  const groups = element<HTMLProgressElement>('groups');
  groups.max = run?.started?.groupCount ?? 1;
  groups.value = run?.outcome === undefined ? 0 : groups.max;
}

function duration(milliseconds: number | undefined): string {
  if (milliseconds === undefined) {
    return '–';
  }
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}
