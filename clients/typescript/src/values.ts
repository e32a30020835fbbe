import { listed, shown } from './given.js';

const mostWhole = 2 ** 32 - 1;
const mostSeed = 2n ** 64n - 1n;

/** Text. */
export function text(name: string, value: unknown): string {
  if (typeof value !== 'string') {
    throw new TypeError(`${name}: ${shown(value)} is not text`);
  }
  return value;
}

/** true or false. */
export function flag(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw new TypeError(`${name}: ${shown(value)} is not true or false`);
  }
  return value;
}

/** A finite number; which ones make sense is for the server to judge. */
export function finite(name: string, value: unknown): number {
  const given = number(name, value, 'a number');
  if (!Number.isFinite(given)) {
    throw new RangeError(`${name}: ${given} is not a finite number`);
  }
  return given;
}

/** A whole number that the protocol can hold, or one from a narrower range. */
export function whole(name: string, value: unknown, least = 0, most = mostWhole): number {
  const range = `from ${least} to ${most}`;
  const given = number(name, value, `a whole number ${range}`);
  if (!Number.isInteger(given)) {
    throw new RangeError(`${name}: ${given} is not a whole number ${range}`);
  }
  if (given < least || given > most) {
    throw new RangeError(`${name}: ${given} is not ${range}`);
  }
  return given;
}

/** A whole number from 1: the protocol's 0 says that nothing was said, for which callers leave it out. */
export function counted(name: string, value: unknown): number {
  return whole(name, value, 1);
}

/** Whole numbers, each as above. */
export function wholes(name: string, value: unknown): number[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`${name}: ${shown(value)} is not an array of whole numbers`);
  }
  return value.map((item, index) => counted(`${name}[${index}]`, item));
}

/** A seed. Numbers are exact up to 2^53, which is as far as the seeds go that the server draws. */
export function seed(name: string, value: unknown): bigint {
  if (typeof value !== 'bigint' && typeof value !== 'number') {
    throw new TypeError(`${name}: ${shown(value)} is not a bigint (7n) or a whole number (7)`);
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new RangeError(`${name}: ${value} is not a whole number below 2^53; larger seeds are bigints (7n)`);
  }
  const given = BigInt(value);
  if (given < 0n || given > mostSeed) {
    throw new RangeError(`${name}: ${given} is not from 0 to 2^64 - 1`);
  }
  return given;
}

/** A time in milliseconds, above 0. */
export function duration(name: string, value: unknown): number {
  const given = number(name, value, 'a number of milliseconds');
  if (!(given > 0)) {
    throw new RangeError(`${name}: ${given} is not above 0`);
  }
  return given;
}

/** One of some words, or the number of the protocol that it stands for. */
export function choice(words: Readonly<Record<string, number>>): (name: string, value: unknown) => number {
  const accepted = listed(Object.keys(words).map((word) => `'${word}'`));
  return (name, value) => {
    if (typeof value === 'string' && Object.hasOwn(words, value)) {
      return words[value]!;
    }
    // 0 is "unspecified" in every enum of the protocol.
    if (typeof value === 'number' && (value === 0 || Object.values(words).includes(value))) {
      return value;
    }
    throw new (typeof value === 'string' || typeof value === 'number' ? RangeError : TypeError)(
      `${name}: ${shown(value)} is not ${accepted}`,
    );
  };
}

/** A number; NaN and the infinite ones too. */
export function number(name: string, value: unknown, wanted: string): number {
  if (typeof value !== 'number') {
    throw new TypeError(`${name}: ${shown(value)} is not ${wanted}`);
  }
  return value;
}
