/** The client for browsers: gRPC-Web over fetch. */
import { Code, type ConnectError } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import { TransportClient } from './client.js';
import type { ClientOptions } from './options.js';

export * from './common.js';

/** Calls a super-resolution server by gRPC-Web. */
export class SuperResolutionClient extends TransportClient {
  /**
   * @param address The HTTP/1.1 endpoint of the server, as `http://host:port`. A page from another origin needs to be allowed there.
   * @throws RangeError The address or an option can't be used.
   */
  constructor(address: string, options: ClientOptions = {}) {
    if (!/^https?:\/\/[^/]/.test(address)) {
      throw new RangeError(`address: '${address}' is not http://host:port or https://host:port`);
    }
    super(createGrpcWebTransport({ baseUrl: address, useBinaryFormat: true }), { address, transportProblem }, options);
  }
}

/** Browsers say no more than that fetch failed; Node's fetch gives a cause. */
function transportProblem(error: ConnectError): string | undefined {
  if (!(error.cause instanceof TypeError)) {
    // An answer that is not gRPC-Web's: some other server.
    return error.code !== Code.Unimplemented && /content.type|HTTP \d|protocol error/i.test(error.rawMessage) ? `the answer is not that of a gRPC-Web server, or broke off (${error.rawMessage})` : undefined;
  }
  const cause = error.cause.cause;
  return cause instanceof Error && cause.message ? cause.message : 'there is no answer, or pages of this origin are not allowed';
}
