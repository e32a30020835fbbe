import type { CallOptions, ConnectError } from '@connectrpc/connect';
import { failure, SuperResolutionError } from './errors.js';
import { checkCredentials, checkDuration, type CallSettings, type CheckedOptions } from './options.js';
import { retryWait, sleep } from './retries.js';

/** Where calls go, and how to tell what kept them from getting there. */
export interface Route {
  readonly address: string;
  readonly transportProblem: (error: ConnectError) => string | undefined;
}

/** One call with all its attempts. */
export class RetriedCall {
  private readonly deadlineMs: number | undefined;
  private readonly due: number | undefined;
  private attempts = 0;
  private requestId: string | undefined;

  constructor(
    private readonly route: Route,
    private readonly options: CheckedOptions,
    private readonly settings: CallSettings,
    private readonly signal: AbortSignal | undefined,
  ) {
    checkDuration('deadlineMs', settings.deadlineMs);
    checkCredentials({ apiKey: settings.apiKey, token: settings.token });
    this.deadlineMs = settings.deadlineMs ?? options.deadlineMs;
    this.due = this.deadlineMs === undefined ? undefined : performance.now() + this.deadlineMs;
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

  /** A failure of the call. Where it was cancelled, the signal's reason is thrown instead. */
  failure(thrown: unknown): SuperResolutionError {
    this.signal?.throwIfAborted();
    return thrown instanceof SuperResolutionError
      ? thrown
      : failure(thrown, { ...this.route, deadlineMs: this.deadlineMs, attempts: this.attempts, requestId: this.requestId });
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
