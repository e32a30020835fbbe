import { Code, ConnectError } from '@connectrpc/connect';
import type { CallersNames } from './callers-names.js';
import { readDetails, type StatusDetails } from './details.js';
import { contentTooLarge, foreignAnswer, foreignCode } from './foreign-answer.js';
import { type FailureFacts, MessageTooLargeError, type Status, SuperResolutionError } from './super-resolution-error.js';
import { tooLarge } from './too-large.js';

export { MessageTooLargeError, SuperResolutionError };

/** What is known of the call that failed. */
export interface FailedCall {
  /** Where the server is. */
  readonly address: string;
  readonly deadlineMs: number | undefined;
  /** Attempts made, with the one that failed. */
  readonly attempts: number;
  readonly requestId: string | undefined;
  /** The caller's names of what was asked for, where something was. */
  readonly names: CallersNames | undefined;
  /** Size of the request in bytes, where it has something that can be large. */
  readonly requestBytes: (() => number) | undefined;
  /** What kept bytes from going to and fro; undefined where the server itself answered. */
  readonly transportProblem: (error: ConnectError) => string | undefined;
}

/** Turns what a transport throws into what this client throws. */
export function failure(thrown: unknown, call: FailedCall): SuperResolutionError {
  const error = ConnectError.from(thrown);
  const details = readDetails(error);
  const foreign = foreignAnswer(error);
  const problem = error.code === Code.DeadlineExceeded ? undefined : (foreign?.meaning ?? call.transportProblem(error));
  const facts: FailureFacts = {
    status: foreign ? statusOf(foreignCode(foreign, error.code)) : problem === undefined ? statusOf(error.code) : 'UNAVAILABLE',
    field: details.violation && (call.names?.field(details.violation.field) ?? details.violation.field),
    wireField: details.violation?.field,
    retryAfterMs: details.retryAfterMs,
    requestId: error.metadata.get('x-request-id') ?? call.requestId,
    attempts: call.attempts,
    cause: thrown,
  };
  if (foreign?.http === contentTooLarge && call.requestBytes) {
    const size = call.requestBytes();
    return new MessageTooLargeError(`can't reach ${call.address}: ${foreign.meaning}: ${size} bytes`, { ...facts, size });
  }
  const large = tooLarge(error, call.requestBytes, details.retryAfterMs !== undefined);
  return large
    ? new MessageTooLargeError(large.message, { ...facts, ...large })
    : new SuperResolutionError(problem === undefined ? message(error, call, details) : `can't reach ${call.address}: ${problem}`, facts);
}

/** The server's answer is not one of this protocol. */
export function protocolFailure(address: string, problem: string, requestId?: string): SuperResolutionError {
  return new SuperResolutionError(`${address}: ${problem}`, { status: 'INTERNAL', requestId });
}

function message(error: ConnectError, call: FailedCall, details: StatusDetails): string {
  const translate = (text: string) => call.names?.translate(text) ?? text;
  const detail = error.rawMessage;
  switch (error.code) {
    case Code.DeadlineExceeded:
      return call.deadlineMs === undefined
        ? 'the deadline passed before the call ended'
        : `the deadline of ${call.deadlineMs / 1000} s passed before the call ended`;
    case Code.Unimplemented:
      return `${call.address} does not offer this service${detail ? ` (${detail})` : ''}`;
    case Code.InvalidArgument:
      if (details.violation && !detail.startsWith(details.violation.field)) {
        return translate(`${details.violation.field}: ${details.violation.description}`);
      }
  }
  const advice = details.retryAfterMs === undefined ? '' : `; try again in ${Math.round(details.retryAfterMs) / 1000} s`;
  return `${translate(detail) || `the server answered ${statusOf(error.code)}`}${advice}`;
}

/** "InvalidArgument" to "INVALID_ARGUMENT". */
function statusOf(code: Code): Status {
  return code === Code.Canceled ? 'CANCELLED' : ((Code[code] ?? 'Unknown').replace(/(?<=.)([A-Z])/g, '_$1').toUpperCase() as Status);
}
