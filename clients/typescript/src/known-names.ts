import { isRecord, listed, shown } from './given.js';

/** Names that belong elsewhere, and where that is. */
export interface Elsewhere {
  readonly names: readonly string[];
  readonly place: string;
}

/** What takes options, by its name in messages: `upscale` or `the client`. */
export interface Taker {
  readonly name: string;
  /** Every name that is taken, with the canonical one that it stands for. */
  readonly known: ReadonlyMap<string, string>;
  /** Before a name in messages: `tls.`. */
  readonly prefix?: string;
  readonly elsewhere?: Elsewhere;
}

/**
 * Refuses what has names that nobody knows: they would have no effect, and nobody would notice.
 * @throws TypeError It's no object, or has another name; the message says which one may be meant.
 */
export function checkNames(
  { name: taker, known, prefix = '', elsewhere }: Taker,
  given: unknown,
): asserts given is Record<string, unknown> {
  if (!isRecord(given)) {
    throw new TypeError(`${taker} takes an object with ${listed([...new Set(known.values())])}, and not ${shown(given)}`);
  }
  for (const name of Object.keys(given)) {
    if (!known.has(name)) {
      throw new TypeError(`${prefix}${name}: ${taker} has no such option; ${advice(name, known, elsewhere)}`);
    }
  }
}

/** Names that stand for themselves. */
export function plainNames(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [name, name]));
}

function advice(name: string, known: ReadonlyMap<string, string>, elsewhere: Elsewhere | undefined): string {
  if (elsewhere?.names.includes(name)) {
    return `it goes into ${elsewhere.place}`;
  }
  const [nearest, distance] = [...known.keys()]
    .map((other) => [other, editDistance(bare(name), bare(other))] as const)
    .reduce((best, next) => (next[1] < best[1] ? next : best));
  // Further away it is another word: the whole list helps more.
  return distance <= Math.max(2, name.length / 3)
    ? `did you mean ${known.get(nearest)}?`
    : `known are ${[...new Set(known.values())].join(', ')}`;
}

/** Without what languages write differently. */
function bare(name: string): string {
  return name.replaceAll('_', '').replaceAll('-', '').toLowerCase();
}

/** Letters to add, take away, change or swap with their neighbour until one word is the other. */
function editDistance(from: string, to: string): number {
  const rows = Array.from({ length: from.length + 1 }, (_, row) => [row, ...new Array<number>(to.length).fill(0)]);
  rows[0] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    for (let column = 1; column <= to.length; column++) {
      const changed = from[row - 1] === to[column - 1] ? 0 : 1;
      let least = Math.min(rows[row - 1]![column]! + 1, rows[row]![column - 1]! + 1, rows[row - 1]![column - 1]! + changed);
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        least = Math.min(least, rows[row - 2]![column - 2]! + 1);
      }
      rows[row]![column] = least;
    }
  }
  return rows[from.length]![to.length]!;
}
