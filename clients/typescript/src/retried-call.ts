import { Code, ConnectError, type CallOptions } from '@connectrpc/connect';
import type { CallersNames } from './callers-names.js';
import { failure, SuperResolutionError } from './errors.js';
import { keptDeadline, type CheckedOptions, type CheckedSettings } from './options.js';
import { retryWait, sleep } from './retries.js';

/** Where calls go, and how to tell what kept them from getting there. */
export interface Route {
  readonly address: string;
  readonly transportProblem: (error: ConnectError) => string | undefined;
}

/** One call with all its attempts. */
export class RetriedCall {
  /** When it began, by performance.now(). */
  readonly begun = performance.now();
  private readonly deadlineMs: number | undefined;
  private readonly due: number | undefined;
  private attempts = 0;
  private requestId: string | undefined;

  /**
   * @param names The caller's names of what was asked for.
   * @param requestBytes Size of the request, where it has something that can be large.
   */
  constructor(
    private readonly route: Route,
    private readonly options: CheckedOptions,
    private readonly settings: CheckedSettings,
    private readonly signal: AbortSignal | undefined,
    private readonly names?: CallersNames,
    private readonly requestBytes?: () => number,
  ) {
    this.deadlineMs = keptDeadline(settings.deadlineMs ?? options.deadlineMs);
    this.due = this.deadlineMs === undefined ? undefined : this.begun + this.deadlineMs;
    this.requestId = settings.requestId;
  }

  /** Makes attempts until one succeeds or the failure stands. An attempt returns once the server has admitted the call. */
  async run<T>(attempt: (options: CallOptions) => Promise<T>): Promise<T> {
    for (;;) {
      this.signal?.throwIfAborted();
      this.attempts++;
      let failed: SuperResolutionError;
      try {
        return await attempt(this.callOptions());
      } catch (thrown) {
        failed = this.failure(thrown);
      }
      const wait = retryWait(this.options, failed);
      if (wait === undefined || (this.due !== undefined && performance.now() + wait >= this.due)) {
        throw failed;
      }
      await sleep(wait, this.signal);
    }
  }

  /**
   * A failure after the server has admitted the call. From the deadline on the server may break the call off before this side's timer
   * fires: that is the deadline too. What the server says of itself stands.
   */
  failureOfStream(thrown: unknown): SuperResolutionError {
    const error = ConnectError.from(thrown);
    const brokenOff = error.code === Code.Canceled || this.route.transportProblem(error) !== undefined;
    const late = this.due !== undefined && performance.now() >= this.due;
    return this.failure(
      brokenOff && late ? new ConnectError(error.rawMessage, Code.DeadlineExceeded, undefined, undefined, error) : thrown,
    );
  }

  /** A failure of the call. Where it was cancelled, the signal's reason is thrown instead. */
  private failure(thrown: unknown): SuperResolutionError {
    this.signal?.throwIfAborted();
    return thrown instanceof SuperResolutionError
      ? thrown
      : failure(thrown, {
          ...this.route,
          deadlineMs: this.deadlineMs,
          attempts: this.attempts,
          requestId: this.requestId,
          names: this.names,
          requestBytes: this.requestBytes,
        });
  }

  private callOptions(): CallOptions {
    const headers = new Headers();
    const apiKey = this.settings.apiKey ?? this.options.apiKey;
    if (apiKey) {
      headers.set('x-api-key', apiKey);
    }
    const token = this.settings.token ?? this.options.token;
    if (token) {
      headers.set('authorization', `Bearer ${token}`);
    }
    if (this.settings.requestId !== undefined) {
      headers.set('x-request-id', this.settings.requestId);
    }
    return {
      headers,
      ...(this.signal && { signal: this.signal }),
      ...(this.due !== undefined && { timeoutMs: Math.max(1, Math.ceil(this.due - performance.now())) }),
      onHeader: (received) => {
        this.requestId = received.get('x-request-id') ?? this.requestId;
      },
    };
  }
}
