import type { CheckedOptions } from './options.js';
import type { SuperResolutionError } from './errors.js';
import { after } from './timer.js';

const shortened = 0.5;
const lengthened = 0.25;

/**
 * The wait in milliseconds before the next attempt; undefined: the failure stands. Safe by two conditions: the server had not admitted the
 * call, and the same request gives the same images.
 * @param random A number from 0 to 1.
 */
export function retryWait(options: CheckedOptions, { attempts, status, retryAfterMs }: SuperResolutionError, random = Math.random()): number | undefined {
  const retried = status === 'UNAVAILABLE' || (status === 'RESOURCE_EXHAUSTED' && retryAfterMs !== undefined);
  if (!retried || attempts >= options.maxAttempts || (retryAfterMs ?? 0) > options.maxRetryDelayMs) {
    return undefined;
  }

  // Many clients refused at once must not come back at once: each waits for a time of its own, never less than it was asked to.
  const wait = retryAfterMs
    ? retryAfterMs * (1 + lengthened * random)
    : options.retryDelayMs * 2 ** (attempts - 1) * (1 - shortened * random);
  return Math.min(wait, options.maxRetryDelayMs);
}

/** Waits, or throws the signal's reason. */
export function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      forget();
      reject(signal?.reason);
    };
    const forget = after(milliseconds, () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    });
    if (signal?.aborted) {
      stop();
    }
    signal?.addEventListener('abort', stop, { once: true });
  });
}
