/** What decides on the images, beside the picture. */
export interface Settings {
  /** As "name@version"; empty where the server has only one. */
  readonly model: string;
  /** 0: nothing is known of scales yet. */
  readonly scale: number;
  readonly sampleCount: number;
  readonly encoderTemperature: number;
  readonly priorTemperature: number;
  readonly enforceConsistency: boolean;
  /** Undefined: what the form says is none. */
  readonly seed: bigint | undefined;
}

/** What a link calls a picture of somebody's own, which it can't carry. */
export const ownPicture = 'own';

/** Settings as the address bar has them. A seed that is none stays out of it: another one would give other images. */
export function toQuery(settings: Settings, picture: { readonly sample: string | undefined } | undefined): string {
  const query = new URLSearchParams();
  if (picture) {
    query.set(picture.sample === undefined ? 'picture' : 'sample', picture.sample ?? ownPicture);
  }
  if (settings.model !== '') {
    query.set('model', settings.model);
  }
  if (settings.scale > 0) {
    query.set('scale', String(settings.scale));
  }
  query.set('samples', String(settings.sampleCount));
  query.set('encoder-temperature', String(settings.encoderTemperature));
  query.set('prior-temperature', String(settings.priorTemperature));
  if (settings.enforceConsistency) {
    query.set('consistency', '1');
  }
  if (settings.seed !== undefined) {
    query.set('seed', String(settings.seed));
  }
  return `?${query}`;
}
