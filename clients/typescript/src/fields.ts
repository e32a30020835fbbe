import type { MessageInitShape } from '@bufbuild/protobuf';
import { fits, formats, pixelSamplings } from './choices.js';
import { type UpscaleRequest, UpscaleRequestSchema } from './gen/cvdvae/v1/super_resolution_service_pb.js';
import { choice, counted, finite, flag, seed, text, wholes } from './values.js';

/** A field of the protocol's UpscaleRequest by its name in the generated code. */
export type FieldName = Exclude<keyof UpscaleRequest, '$typeName' | '$unknown'>;

/** The fields as the generated code takes them. */
export type RequestFields = Omit<Extract<MessageInitShape<typeof UpscaleRequestSchema>, { $typeName?: never }>, '$typeName' | '$unknown'>;

/** How a caller writes a field. */
export interface CallersField {
  /** The canonical name. The field's own one is taken too, where it is another. */
  readonly name: string;
  /** Words for the values of an enum. */
  readonly words?: Readonly<Record<string, number>>;
  /** Reads a value, or throws an error that names what is accepted. The image is read apart: it takes time. */
  readonly read?: (name: string, value: unknown) => unknown;
}

/** The one table of what a caller may ask for: requests are read by it, and the server's errors told in its names. */
export const fields: Readonly<Record<FieldName, CallersField>> = {
  image: { name: 'image' },
  model: { name: 'model', read: text },
  scale: { name: 'scale', read: counted },
  sampleCount: { name: 'samples', read: counted },
  seed: { name: 'seed', read: seed },
  encoderTemperature: { name: 'encoderTemperature', read: finite },
  priorTemperature: { name: 'priorTemperature', read: finite },
  pixelSampling: words('pixelSampling', pixelSamplings),
  enforceConsistency: { name: 'consistency', read: flag },
  inputFit: words('fit', fits),
  previewFormat: words('previewFormat', formats),
  resultFormat: words('resultFormat', formats),
  quality: { name: 'quality', read: counted },
  previewResolutions: { name: 'previewResolutions', read: wholes },
  stopAtResolution: { name: 'stopAt', read: counted },
  reportGroups: { name: 'reportGroups', read: flag },
};

/** Sets both temperatures; a temperature of its own wins over it. */
export const bothTemperatures = 'temperature';
export const temperatures: readonly FieldName[] = ['encoderTemperature', 'priorTemperature'];

/** The fields with their names. */
export const fieldEntries = Object.entries(fields) as readonly (readonly [FieldName, CallersField])[];

/** A field's name on the wire, as errors of the server have it. */
export function wireName(field: FieldName): string {
  return UpscaleRequestSchema.field[field].name;
}

function words(name: string, table: Readonly<Record<string, number>>): CallersField {
  return { name, words: table, read: choice(table) };
}
