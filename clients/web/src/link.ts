import type { Square } from './picture';

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

/** A square of a picture in a link: x,y,size in its pixels. */
export function squareText({ x, y, size }: Square): string {
  return [x, y, size].join();
}

/** The square that a link asks for; undefined: it names none. */
export function parseSquare(text: string | null): Square | undefined {
  const found = /^(\d{1,6}),(\d{1,6}),([1-9]\d{0,5})$/.exec(text ?? '');
  return found ? { x: Number(found[1]), y: Number(found[2]), size: Number(found[3]) } : undefined;
}

/** Settings as the address bar has them. A seed that is none stays out of it: another one would give other images. */
export function toQuery(settings: Settings, picture: { readonly sample: string | undefined } | undefined, square?: Square): string {
  const query = new URLSearchParams();
  if (picture) {
    query.set(picture.sample === undefined ? 'picture' : 'sample', picture.sample ?? ownPicture);
    if (picture.sample === undefined && square) {
      query.set('square', squareText(square));
    }
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
