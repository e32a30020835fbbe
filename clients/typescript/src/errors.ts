import { Code, ConnectError } from '@connectrpc/connect';
import { readDetails, type StatusDetails } from './details.js';

/** Status of a call, by gRPC's names. */
export type Status =
  | 'CANCELLED' | 'UNKNOWN' | 'INVALID_ARGUMENT' | 'DEADLINE_EXCEEDED' | 'NOT_FOUND' | 'ALREADY_EXISTS' | 'PERMISSION_DENIED' | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION' | 'ABORTED' | 'OUT_OF_RANGE' | 'UNIMPLEMENTED' | 'INTERNAL' | 'UNAVAILABLE' | 'DATA_LOSS' | 'UNAUTHENTICATED';

/** A call failed; the message is a line for whoever made it. */
export class SuperResolutionError extends Error {
  override readonly name = 'SuperResolutionError';
  /** Status of the call. */
  readonly status: Status;
  /** The field of the request that was refused, where the server named one. */
  readonly field: string | undefined;
  /** How long the server asks to wait before the next attempt, where it does. */
  readonly retryAfterMs: number | undefined;
  /** Identity of the call in the server's logs and traces, where known. */
  readonly requestId: string | undefined;
  /** Attempts that were made. */
  readonly attempts: number;

  constructor(message: string, about: { status: Status; field?: string | undefined; retryAfterMs?: number | undefined; requestId?: string | undefined; attempts?: number; cause?: unknown }) {
    super(message, { cause: about.cause });
    this.status = about.status;
    this.field = about.field;
    this.retryAfterMs = about.retryAfterMs;
    this.requestId = about.requestId;
    this.attempts = about.attempts ?? 1;
  }
}

/** What is known of the call that failed. */
export interface FailedCall {
  /** Where the server is. */
  readonly address: string;
  readonly deadlineMs: number | undefined;
  /** Attempts made, with the one that failed. */
  readonly attempts: number;
  readonly requestId: string | undefined;
  /** What kept bytes from going to and fro; undefined where the server itself answered. */
  readonly transportProblem: (error: ConnectError) => string | undefined;
}

/** Turns what a transport throws into what this client throws. */
export function failure(thrown: unknown, call: FailedCall): SuperResolutionError {
  const error = ConnectError.from(thrown);
  const details = readDetails(error);
  const problem = error.code === Code.DeadlineExceeded ? undefined : call.transportProblem(error);
  return new SuperResolutionError(problem === undefined ? message(error, call, details) : `can't reach ${call.address}: ${problem}`, {
    status: problem === undefined ? statusOf(error.code) : 'UNAVAILABLE',
    field: details.violation?.field,
    retryAfterMs: details.retryAfterMs,
    requestId: error.metadata.get('x-request-id') ?? call.requestId,
    attempts: call.attempts,
    cause: thrown,
  });
}

/** The server's answer is not one of this protocol. */
export function protocolFailure(address: string, problem: string, requestId?: string): SuperResolutionError {
  return new SuperResolutionError(`${address}: ${problem}`, { status: 'INTERNAL', requestId });
}

function message(error: ConnectError, call: FailedCall, details: StatusDetails): string {
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
        return `${details.violation.field}: ${details.violation.description}`;
      }
  }
  const advice = details.retryAfterMs === undefined ? '' : `; try again in ${Math.round(details.retryAfterMs) / 1000} s`;
  return `${detail || `the server answered ${statusOf(error.code)}`}${advice}`;
}

/** "InvalidArgument" to "INVALID_ARGUMENT". */
function statusOf(code: Code): Status {
  return code === Code.Canceled ? 'CANCELLED' : ((Code[code] ?? 'Unknown').replace(/(?<=.)([A-Z])/g, '_$1').toUpperCase() as Status);
}
