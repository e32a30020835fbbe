import { isRecord, shown } from './given.js';

/** An address with the options after it, or the options with the address among them: as one. */
export function addressed<Options extends { address?: string | undefined }>(
  address: string | Options,
  options: Omit<Options, 'address'>,
): Options {
  if (typeof address === 'string') {
    if (!isRecord(options)) {
      throw new TypeError(`options: ${shown(options)} is not an object`);
    }
    if ('address' in options) {
      throw new TypeError('address: is given twice');
    }
    return { ...options, address } as unknown as Options;
  }
  if (!isRecord(address)) {
    throw new TypeError(`address: ${shown(address)} is not text, http://host:port`);
  }
  if (Object.keys(options).length > 0) {
    throw new TypeError('options: are given twice; the first argument has them already');
  }
  return address;
}
