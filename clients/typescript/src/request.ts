import { CallersNames } from './callers-names.js';
import { bothTemperatures, type FieldName, fieldEntries, type RequestFields, temperatures } from './fields.js';
import { checkNames, type Taker } from './known-names.js';
import { callSettingNames } from './options.js';
import { finite } from './values.js';

/** A request as it goes to the server, but for its image. */
export interface ReadRequest {
  readonly fields: Omit<RequestFields, 'image'>;
  /** The image as the caller gave it. */
  readonly image: unknown;
  readonly names: CallersNames;
}

const known = new Map([
  ...fieldEntries.flatMap(
    ([field, { name }]) =>
      [
        [name, name],
        [field, name],
      ] as const,
  ),
  [bothTemperatures, bothTemperatures] as const,
]);
const taker: Taker = {
  name: 'upscale',
  known,
  elsewhere: { names: callSettingNames, place: 'the second argument of upscale, beside the request' },
};

/**
 * Reads what a caller asks for.
 * @throws TypeError Something has the wrong type, an unknown name, or two names.
 * @throws RangeError A number or a word can't be sent. Which ones make sense is for the server to judge.
 */
export function readRequest(given: unknown): ReadRequest {
  checkNames(taker, given);
  const names = new Map<FieldName, string>();
  const fields: Record<string, unknown> = {};
  for (const [field, { name, read }] of fieldEntries) {
    const used = usedName(given, name, field);
    if (used !== undefined) {
      names.set(field, used);
      if (read) {
        fields[field] = read(used, given[used]);
      }
    }
  }
  if (given[bothTemperatures] !== undefined) {
    const temperature = finite(bothTemperatures, given[bothTemperatures]);
    for (const field of temperatures.filter((field) => !names.has(field))) {
      names.set(field, bothTemperatures);
      fields[field] = temperature;
    }
  }
  return { fields: fields as Omit<RequestFields, 'image'>, image: given['image'], names: new CallersNames(names) };
}

/** Under which of its names something was given; undefined: it was not. */
function usedName(given: Record<string, unknown>, name: string, alias: string): string | undefined {
  const used = [...new Set([name, alias])].filter((each) => given[each] !== undefined);
  if (used.length > 1) {
    throw new TypeError(`${used.join(' and ')} are two names of the same thing: give one of them`);
  }
  return used[0];
}
