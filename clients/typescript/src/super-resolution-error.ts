/** Status of a call, by gRPC's names. */
export type Status =
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED';

const mark = Symbol.for('cvdvae.SuperResolutionError');

/** What is known of a failure beside its message. */
export interface FailureFacts {
  readonly status: Status;
  readonly field?: string | undefined;
  readonly wireField?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly requestId?: string | undefined;
  readonly attempts?: number | undefined;
  readonly cause?: unknown;
}

/** A call failed; the message is a line for whoever made it. */
export class SuperResolutionError extends Error {
  /** Also the errors of this library's other copy, where one part of a program imports it and another one requires it. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return this === SuperResolutionError
      ? typeof value === 'object' && value !== null && mark in value
      : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  override readonly name: string = 'SuperResolutionError';
  /** Status of the call. */
  readonly status: Status;
  /** What was refused of the request, by the name that the caller gave it (`samples`), where the server named it. */
  readonly field: string | undefined;
  /** The same by its name in the protocol (`sample_count`). */
  readonly wireField: string | undefined;
  /** How long the server asks to wait before the next attempt, where it does. */
  readonly retryAfterMs: number | undefined;
  /** Identity of the call in the server's logs and traces, where known. */
  readonly requestId: string | undefined;
  /** Attempts that were made. */
  readonly attempts: number;

  constructor(message: string, about: FailureFacts) {
    super(message, { cause: about.cause });
    Object.defineProperty(this, mark, { value: true });
    this.status = about.status;
    this.field = about.field;
    this.wireField = about.wireField;
    this.retryAfterMs = about.retryAfterMs;
    this.requestId = about.requestId;
    this.attempts = about.attempts ?? 1;
  }
}

const markOfSize = Symbol.for('cvdvae.MessageTooLargeError');

/** A message was larger than its receiver takes: nothing that waiting would help. */
export class MessageTooLargeError extends SuperResolutionError {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && markOfSize in value;
  }

  override readonly name = 'MessageTooLargeError';
  /** Size of the message in bytes, where known. */
  readonly size: number | undefined;
  /** Most bytes that its receiver takes, where known. */
  readonly limit: number | undefined;

  constructor(message: string, about: FailureFacts & { readonly size?: number | undefined; readonly limit?: number | undefined }) {
    super(message, about);
    Object.defineProperty(this, markOfSize, { value: true });
    this.size = about.size;
    this.limit = about.limit;
  }
}
