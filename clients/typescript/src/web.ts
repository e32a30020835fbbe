/** The client for browsers: gRPC-Web over fetch. */
import { Code, type ConnectError } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import { TransportClient } from './client.js';
import { addressed } from './given-address.js';
import { type WebImage, webImageBytes } from './image-input.js';
import { checkClientNames, clientOptionNames, type ClientOptions } from './options.js';
import { timeoutHeader } from './timeout-header.js';
import { type Asked, UpscalingClient } from './upscaling-client.js';
import { text } from './values.js';

export * from './common.js';
export type { WebImage } from './image-input.js';

/** A request: the image, and what is asked for. */
export type UpscaleInput = Asked<WebImage>;

/** How a client in a browser reaches its server. Checked when the client is made. */
export interface WebClientOptions extends ClientOptions {
  /** The HTTP/1.1 endpoint of the server, as `http://host:port`. A page from another origin needs to be allowed there. */
  address: string;
}

/** Calls a super-resolution server by gRPC-Web. */
export class SuperResolutionClient extends UpscalingClient<WebImage> {
  /**
   * @param address The HTTP/1.1 endpoint of the server, as `http://host:port`, or all options. A page from another origin needs to be
   * allowed there.
   * @param options The other options, where the address stands before them.
   * @throws TypeError An option has the wrong type, or an unknown name.
   * @throws RangeError The address or an option can't be used.
   */
  constructor(address: string | WebClientOptions, options: ClientOptions = {}) {
    const all: WebClientOptions = addressed(address, options);
    checkClientNames(all, ['address', ...clientOptionNames]);
    const baseUrl = text('address', all.address);
    if (!/^https?:\/\/[^/]/.test(baseUrl)) {
      throw new RangeError(`address: '${baseUrl}' is not http://host:port or https://host:port`);
    }
    const transport = createGrpcWebTransport({ baseUrl, useBinaryFormat: true, interceptors: [timeoutHeader] });
    super(new TransportClient(transport, { address: baseUrl, transportProblem }, all, webImageBytes));
  }
}

/** Browsers say no more than that fetch failed; Node's fetch gives a cause. */
function transportProblem(error: ConnectError): string | undefined {
  if (!(error.cause instanceof TypeError)) {
    // An answer that is not gRPC-Web's: some other server.
    return error.code !== Code.Unimplemented && /content.type|HTTP \d|protocol error/i.test(error.rawMessage)
      ? `the answer is not that of a gRPC-Web server, or broke off (${error.rawMessage})`
      : undefined;
  }
  const cause = error.cause.cause;
  return cause instanceof Error && cause.message ? cause.message : 'there is no answer, or pages of this origin are not allowed';
}
