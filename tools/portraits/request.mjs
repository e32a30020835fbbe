import { parseArgs } from 'node:util';

export const usage = 'usage: node generate.mjs --prefix NAME --count N [--first N] [--size PIXELS] > FILE';

const options = {
  prefix: { type: 'string' },
  first: { type: 'string', default: '0' },
  count: { type: 'string' },
  size: { type: 'string', default: '128' },
};

function integer(name, text, least, most) {
  const value = /^[0-9]{1,16}$/.test(text ?? '') ? Number(text) : NaN;
  if (!(value >= least && value <= most)) {
    throw new RangeError(`--${name}: ${text ?? 'missing'}; accepted: an integer from ${least} to ${most}`);
  }

  return value;
}

/**
 * Reads the command line.
 * @returns {{prefix: string, first: number, count: number, size: number}}
 * @throws {Error} naming the argument, its value and what is accepted
 */
export function readRequest(args) {
  const { values } = parseArgs({ args, options });
  // The set is the text before the last dash: as an index has no dash, `<prefix>-<index>` names one portrait only.
  if (!/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(values.prefix ?? '')) {
    throw new RangeError(`--prefix: ${values.prefix ?? 'missing'}; accepted: a letter, then up to 63 letters, digits, '_', '.' or '-'`);
  }

  return {
    prefix: values.prefix,
    first: integer('first', values.first, 0, 999_999_999_999),
    count: integer('count', values.count, 1, 100_000_000),
    size: integer('size', values.size, 8, 1024),
  };
}
