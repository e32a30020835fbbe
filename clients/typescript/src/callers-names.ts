import { type FieldName, fieldEntries, fields, wireName } from './fields.js';
import { UpscaleRequestSchema } from './gen/cvdvae/v1/super_resolution_service_pb.js';

const byWire = new Map(fieldEntries.map(([field]) => [wireName(field), field]));

/** Values of enums as a caller writes them, by their wire names: 'crop' for INPUT_FIT_CROP_AND_RESIZE, undefined for an unspecified one. */
const values = new Map(fieldEntries.flatMap(([field, { words }]) => (words ? enumValues(field, words) : [])));

// The longest first: a name may begin with another one.
const anyWire = alternatives([...byWire.keys()]);
const anyValue = alternatives([...values.keys()]);
const assignment = new RegExp(`\\b(${anyWire}) (${anyValue})\\b`, 'g');
// What the server offers at the end to those who speak its protocol, where 0 says that nothing was said.
const zero = /, or 0 for [^;,']*(?:'s [^;,']*)?$/;
const leading = new RegExp(`^(${anyWire})(?=:)`);
// Without an underscore they are words of English too: model, scale, image.
const elsewhere = new RegExp(`\\b(?:(${alternatives([...byWire.keys()].filter((name) => name.includes('_')))})|(${anyValue}))\\b`, 'g');

/** Tells the server's errors in the names that the caller used. */
export class CallersNames {
  /** @param used The names that were used in this call; others get the canonical one. */
  constructor(private readonly used: ReadonlyMap<FieldName, string>) {}

  /** The caller's name of a field of the protocol; what is none is given back. */
  field(wire: string): string {
    const field = byWire.get(wire);
    return field === undefined ? wire : (this.used.get(field) ?? fields[field].name);
  }

  /** A message of the server. */
  translate(message: string): string {
    return message
      .replace(zero, '')
      .replace(assignment, (_, wire: string, value: string) => `${this.field(wire)}: ${values.get(value)}`)
      .replace(leading, (wire) => this.field(wire))
      .replace(elsewhere, (_, wire: string | undefined, value: string) => (wire === undefined ? values.get(value)! : this.field(wire)));
  }
}

function enumValues(field: FieldName, words: Readonly<Record<string, number>>): [string, string][] {
  const description = UpscaleRequestSchema.field[field];
  return (description.enum?.values ?? []).map(({ name, number }) => [name, wordFor(words, number)]);
}

function wordFor(words: Readonly<Record<string, number>>, number: number): string {
  const word = Object.keys(words).find((each) => words[each] === number);
  return word === undefined ? 'undefined' : `'${word}'`;
}

function alternatives(names: readonly string[]): string {
  return [...names].sort((a, b) => b.length - a.length).join('|');
}
