import { Code, type ConnectError } from '@connectrpc/connect';

/** A message that was larger than its receiver takes. */
export interface TooLarge {
  readonly message: string;
  readonly size: number | undefined;
  readonly limit: number | undefined;
}

const own = /^message size (\d+) is larger than configured readMaxBytes (\d+)$/;
// The words of gRPC's implementations: .NET and Java, Go and C, Connect.
const refusals = /message (?:exceeds|larger than|size|is larger)|larger than max/i;

/**
 * Reads a failure; undefined where it is of another kind. Overload has the same status, but says when to come back.
 * @param requestBytes Size of the request; undefined: there was none that could be too large.
 */
export function tooLarge(error: ConnectError, requestBytes: (() => number) | undefined, mayRetry: boolean): TooLarge | undefined {
  if (error.code !== Code.ResourceExhausted || mayRetry) {
    return undefined;
  }
  const [, received, most] = own.exec(error.rawMessage) ?? [];
  if (received !== undefined) {
    const message = `the server's answer is too large: ${received} bytes; maxMessageBytes is ${most}`;
    return { message, size: Number(received), limit: Number(most) };
  }
  if (requestBytes === undefined || !refusals.test(error.rawMessage)) {
    return undefined;
  }
  const named = /\(\d+ vs\. (\d+)\)|maximum size (\d+)/.exec(error.rawMessage);
  return requestTooLarge(requestBytes(), named ? Number(named[1] ?? named[2]) : undefined);
}

/** A request that the server does not take, and what it would take where that is known. */
export function requestTooLarge(size: number, limit: number | undefined): TooLarge {
  return {
    message: `the request is too large: ${size} bytes; ${limit === undefined ? 'the server takes less' : `the server takes at most ${limit}`}`,
    size,
    limit,
  };
}
