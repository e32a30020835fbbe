import { bothTemperatures, fieldEntries } from './fields.js';
import { kindOf, shown } from './given.js';
import { checkNames, plainNames } from './known-names.js';
import { longestTimer } from './timer.js';
import { duration, text, whole } from './values.js';

/** How a client calls its server. Checked when the client is made. */
export interface ClientOptions {
  /** Sent as x-api-key, where set. */
  apiKey?: string | null | undefined;
  /** Bearer token (a JWT), sent as authorization, where set. */
  token?: string | null | undefined;
  /**
   * Longest time of a call with all its attempts in milliseconds, above 0. The server ends an upscale shortly before it with what is
   * finished. What no timer can keep, Infinity or 2^31 (24.8 days) and more, is no deadline.
   */
  deadlineMs?: number | undefined;
  /** Attempts of a call that fails before the server has admitted it, 1 (no retries) to 20; 4 when absent. */
  maxAttempts?: number | undefined;
  /** Wait before the first retry in milliseconds, above 0; it doubles with each one and is shortened at random by up to half. 200 when absent. */
  retryDelayMs?: number | undefined;
  /** Longest wait before a retry in milliseconds, at least retryDelayMs; 10,000 when absent. A server that asks for a longer one is taken at its word: the call fails at once. */
  maxRetryDelayMs?: number | undefined;
}

/** What one call does differently from the client's options. */
export interface CallSettings {
  /** Cancels the call. */
  signal?: AbortSignal | undefined;
  /** Longest time of the call with all its attempts in milliseconds, above 0; Infinity: no deadline, whatever the client's options say. */
  deadlineMs?: number | undefined;
  /** Identity of the call in the server's logs and traces, 1 to 128 letters, digits, '-', '_', '.' or ':'. */
  requestId?: string | undefined;
  /** Sent as x-api-key; empty: none. */
  apiKey?: string | null | undefined;
  /** Bearer token (a JWT), sent as authorization; empty: none. */
  token?: string | null | undefined;
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

/** Settings that were checked. */
export interface CheckedSettings {
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number | undefined;
  readonly requestId: string | undefined;
  readonly apiKey: string | undefined;
  readonly token: string | undefined;
}

/** Names of the options that every client has. */
export const clientOptionNames: readonly (keyof ClientOptions)[] = [
  'apiKey', 'token', 'deadlineMs', 'maxAttempts', 'retryDelayMs', 'maxRetryDelayMs',
];
/** Names of the settings of a call. */
export const callSettingNames: readonly (keyof CallSettings)[] = ['signal', 'deadlineMs', 'requestId', 'apiKey', 'token'];
const requestNames = [...fieldEntries.flatMap(([field, { name }]) => [name, field]), bothTemperatures];
const settingsTaker = {
  name: 'a call',
  known: plainNames(callSettingNames),
  elsewhere: { names: requestNames, place: 'the request, the first argument of upscale' },
};

const mostAttempts = 20;

/**
 * Refuses options of a client that there are not.
 * @param names Every name that this client knows.
 */
export function checkClientNames(given: unknown, names: readonly string[]): void {
  const elsewhere = { names: ['signal', 'requestId', ...requestNames], place: 'upscale: each call has its own' };
  checkNames({ name: 'the client', known: plainNames(names), elsewhere }, given);
}

/**
 * Fills in the defaults.
 * @throws TypeError An option has the wrong type.
 * @throws RangeError An option is outside its range; the message names it.
 */
export function checkOptions(options: ClientOptions): CheckedOptions {
  const { apiKey, token, deadlineMs, maxAttempts = 4, retryDelayMs = 200, maxRetryDelayMs = 10_000 } = options;
  const checked = {
    apiKey: credential('apiKey', apiKey),
    token: credential('token', token),
    deadlineMs: deadlineMs === undefined ? undefined : duration('deadlineMs', deadlineMs),
    maxAttempts: whole('maxAttempts', maxAttempts, 1, mostAttempts),
    retryDelayMs: duration('retryDelayMs', retryDelayMs),
    maxRetryDelayMs: duration('maxRetryDelayMs', maxRetryDelayMs),
  };
  if (maxRetryDelayMs < retryDelayMs) {
    throw new RangeError(`maxRetryDelayMs: ${maxRetryDelayMs} is less than retryDelayMs, ${retryDelayMs}`);
  }
  return checked;
}

/**
 * Checks what one call does differently.
 * @throws TypeError A setting has the wrong type, or an unknown name.
 * @throws RangeError A setting is outside its range.
 */
export function checkSettings(settings: CallSettings): CheckedSettings {
  checkNames(settingsTaker, settings);
  const { signal, deadlineMs, requestId, apiKey, token } = settings as CallSettings;
  if (signal !== undefined && kindOf(Object(signal)) !== 'AbortSignal') {
    throw new TypeError(`signal: ${shown(signal)} is not an AbortSignal`);
  }
  if (requestId !== undefined && !/^[\w.:-]{1,128}$/.test(text('requestId', requestId))) {
    throw new RangeError(`requestId: ${shown(requestId)} is not 1 to 128 letters, digits, '-', '_', '.' or ':'`);
  }
  return {
    signal,
    deadlineMs: deadlineMs === undefined ? undefined : duration('deadlineMs', deadlineMs),
    requestId,
    apiKey: credential('apiKey', apiKey),
    token: credential('token', token),
  };
}

/** A deadline that a timer can keep; undefined: there is none. */
export function keptDeadline(deadlineMs: number | undefined): number | undefined {
  return deadlineMs !== undefined && deadlineMs <= longestTimer ? deadlineMs : undefined;
}

/** A key or a token; null, which stores of browsers answer, is none. */
function credential(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (!/^[!-~]*$/.test(text(name, value))) {
    throw new RangeError(`${name}: has a character that is not printable ASCII`);
  }
  return value as string;
}
