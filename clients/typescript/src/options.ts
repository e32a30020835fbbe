/** How a client calls its server. Checked when the client is made. */
export interface ClientOptions {
  /** Sent as x-api-key, where set. */
  apiKey?: string;
  /** Bearer token (a JWT), sent as authorization, where set. */
  token?: string;
  /** Longest time of a call with all its attempts in milliseconds, above 0. The server ends an upscale shortly before it with what is finished. */
  deadlineMs?: number;
  /** Attempts of a call that fails before the server has admitted it, 1 (no retries) to 20; 4 when absent. */
  maxAttempts?: number;
  /** Wait before the first retry in milliseconds, above 0; it doubles with each one and is shortened at random by up to half. 200 when absent. */
  retryDelayMs?: number;
  /** Longest wait before a retry in milliseconds, at least retryDelayMs; 10,000 when absent. A server that asks for a longer one is taken at its word: the call fails at once. */
  maxRetryDelayMs?: number;
}

/** What one call does differently from the client's options. */
export interface CallSettings {
  /** Cancels the call. */
  signal?: AbortSignal;
  /** Longest time of the call with all its attempts in milliseconds, above 0. */
  deadlineMs?: number;
  /** Identity of the call in the server's logs and traces, 1 to 128 letters, digits, '-', '_', '.' or ':'. */
  requestId?: string;
  /** Sent as x-api-key. */
  apiKey?: string;
  /** Bearer token (a JWT), sent as authorization. */
  token?: string;
}

/** Options with their defaults. */
export interface CheckedOptions {
  readonly apiKey: string | undefined;
  readonly token: string | undefined;
  readonly deadlineMs: number | undefined;
  readonly maxAttempts: number;
  readonly retryDelayMs: number;
  readonly maxRetryDelayMs: number;
}

const mostAttempts = 20;

/**
 * Fills in the defaults.
 * @throws RangeError An option is outside its range; the message names it.
 */
export function checkOptions(options: ClientOptions): CheckedOptions {
  const { apiKey, token, deadlineMs, maxAttempts = 4, retryDelayMs = 200, maxRetryDelayMs = 10_000 } = options;
  checkCredentials({ apiKey, token });
  checkDuration('deadlineMs', deadlineMs);
  checkDuration('retryDelayMs', retryDelayMs);
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1 || maxAttempts > mostAttempts) {
    throw new RangeError(`maxAttempts: ${maxAttempts} is not from 1 to ${mostAttempts}`);
  }
  if (!(maxRetryDelayMs >= retryDelayMs)) {
    throw new RangeError(`maxRetryDelayMs: ${maxRetryDelayMs} is less than retryDelayMs, ${retryDelayMs}`);
  }
  return { apiKey, token, deadlineMs, maxAttempts, retryDelayMs, maxRetryDelayMs };
}

/** Refuses a duration that is not above 0. */
export function checkDuration(name: string, value: number | undefined): void {
  if (value !== undefined && !(value > 0)) {
    throw new RangeError(`${name}: ${value} is not above 0`);
  }
}

/** Refuses a key or a token that can't be sent. */
export function checkCredentials(credentials: { apiKey: string | undefined; token: string | undefined }): void {
  for (const [name, value] of Object.entries(credentials)) {
    if (value !== undefined && !/^[!-~]*$/.test(value)) {
      throw new RangeError(`${name}: has a character that is not printable ASCII`);
    }
  }
}
