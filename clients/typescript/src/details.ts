import { BinaryReader, type WireType } from '@bufbuild/protobuf/wire';
import type { ConnectError } from '@connectrpc/connect';

/** What a server adds to a status, as far as this client uses it. */
export interface StatusDetails {
  /** google.rpc.BadRequest: the first refused field. */
  readonly violation?: { readonly field: string; readonly description: string };
  /** google.rpc.RetryInfo: milliseconds to wait. */
  readonly retryAfterMs?: number;
}

/** Reads the details of an error; what can't be read is left out, since what comes from the network may be anything. */
export function readDetails(error: ConnectError): StatusDetails {
  let details: StatusDetails = {};
  for (const detail of error.details) {
    if (!('type' in detail)) {
      continue;
    }
    try {
      if (detail.type === 'google.rpc.BadRequest' && !details.violation) {
        details = { ...details, violation: readBadRequest(detail.value) };
      } else if (detail.type === 'google.rpc.RetryInfo') {
        details = { ...details, retryAfterMs: readRetryInfo(detail.value) };
      }
    } catch {
      // The status itself is known.
    }
  }
  return details;
}

/** field_violations = 1: { field = 1, description = 2 }. */
function readBadRequest(bytes: Uint8Array): { field: string; description: string } {
  const violation = { field: '', description: '' };
  const first = fields(bytes).find(({ number }) => number === 1);
  for (const { number, reader } of fields(first ? first.reader.bytes() : new Uint8Array())) {
    if (number === 1) {
      violation.field = reader.string();
    } else if (number === 2) {
      violation.description = reader.string();
    }
  }
  return violation;
}

/** retry_delay = 1: { seconds = 1, nanos = 2 }. */
function readRetryInfo(bytes: Uint8Array): number {
  let milliseconds = 0;
  const delay = fields(bytes).find(({ number }) => number === 1);
  for (const { number, reader } of fields(delay ? delay.reader.bytes() : new Uint8Array())) {
    if (number === 1) {
      milliseconds += Number(reader.int64()) * 1000;
    } else if (number === 2) {
      milliseconds += reader.int32() / 1e6;
    }
  }
  return milliseconds;
}

/** The fields of a message, each with a reader at its value. */
function fields(bytes: Uint8Array): { number: number; reader: BinaryReader }[] {
  const all: { number: number; reader: BinaryReader }[] = [];
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type]: [number, WireType] = reader.tag();
    const start = reader.pos;
    reader.skip(type, number);
    all.push({ number, reader: new BinaryReader(bytes.subarray(start, reader.pos)) });
  }
  return all;
}
