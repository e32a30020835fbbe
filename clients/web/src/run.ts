import type { StartedEvent } from 'cvdvae/web';
import type { Settings } from './link';
import { type Input, type Picture, type Square, squareKey } from './picture';
import type { Sample } from './sample';

/** What is to be drawn. */
export interface Wish {
  readonly settings: Settings;
  readonly picture: Picture;
  readonly square: Square;
}

/** One call and what it brought: enough to show it again later. */
export class Run {
  started: StartedEvent | undefined;
  /** What the network saw. */
  input: Input | undefined;
  /** How it ended, in words; undefined while it runs. */
  outcome: string | undefined;
  /** Times from the click to the screen, in milliseconds. */
  firstPreview: number | undefined;
  total: number | undefined;

  constructor(
    readonly wish: Wish,
    readonly samples: readonly Sample[],
  ) {}

  /** Whether any image came. */
  get hasImages(): boolean {
    return this.samples.some(({ stages }) => stages.length > 0);
  }

  /** A name for people: picture, scale and seed. */
  get title(): string {
    const { picture, settings } = this.wish;
    return `${picture.sample?.replace('-', ' ') ?? picture.name}, ×${settings.scale}, seed ${settings.seed}`;
  }

  /** How far a call came that was not finished. */
  get progress(): string {
    const count = this.samples.length;
    const left = this.samples.filter(({ isFinished }) => !isFinished).map(({ stages }) => stages.at(-1)?.resolution ?? 0);
    const [least, most] = [Math.min(...left), Math.max(...left)];
    const finished = `${count - left.length} of ${count} ${count === 1 ? 'sample is' : 'samples are'} finished`;
    return left.length === 0 || most === 0
      ? finished
      : `${finished}, the rest ${least === most ? `at ${most} by ${most}` : `between ${least} and ${most}`} pixels`;
  }
}

/** Whether two wishes give the same images. */
export function isSame(first: Wish, second: Wish): boolean {
  return (
    first.picture === second.picture &&
    squareKey(first.square, 0) === squareKey(second.square, 0) &&
    keyOf(first.settings) === keyOf(second.settings)
  );
}

function keyOf({ model, scale, sampleCount, encoderTemperature, priorTemperature, enforceConsistency, seed }: Settings): string {
  return [model, scale, sampleCount, encoderTemperature, priorTemperature, enforceConsistency, seed].join();
}
