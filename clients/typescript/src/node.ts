/** The client for Node.js: gRPC over HTTP/2. */
import { createGrpcTransport } from '@connectrpc/connect-node';
import { parseAddress } from './address.js';
import { readTls } from './certificates.js';
import { TransportClient } from './client.js';
import { connector } from './connection.js';
import { addressed } from './given-address.js';
import { type NodeImage, nodeImageBytes } from './node-image.js';
import { checkClientNames, clientOptionNames, type ClientOptions } from './options.js';
import { Sessions } from './sessions.js';
import { timeoutHeader } from './timeout-header.js';
import type { TlsSettings } from './tls-settings.js';
import { transportProblem } from './transport-problem.js';
import { type Asked, UpscalingClient } from './upscaling-client.js';
import { duration, number } from './values.js';

export * from './common.js';
export { saveImage, type NodeImage } from './node-image.js';
export type { TlsSettings } from './tls-settings.js';

/** A request: the image, as a path too, and what is asked for. */
export type UpscaleInput = Asked<NodeImage>;

/** How a client reaches its server. Checked when the client is made. */
export interface NodeClientOptions extends ClientOptions {
  /** Where the server is: `http://host:port` (HTTP/2 without TLS), `https://host:port` or `unix:/path/of/socket`; `http://127.0.0.1:5000` when absent. */
  address?: string | undefined;
  /** Certificates for `https://`, where the system's don't do. */
  tls?: TlsSettings | undefined;
  /** Largest message that is accepted from the server in bytes, 1 KiB to 4 GiB; 64 MiB when absent. */
  maxMessageBytes?: number | undefined;
  /** Longest time to set up a connection in milliseconds, above 0; 5,000 when absent. */
  connectTimeoutMs?: number | undefined;
}

const defaultAddress = 'http://127.0.0.1:5000';
const optionNames: readonly (keyof NodeClientOptions)[] = [...clientOptionNames, 'address', 'tls', 'maxMessageBytes', 'connectTimeoutMs'];
const leastMessageBytes = 1024;
const mostMessageBytes = 2 ** 32 - 1;

// A server that is cut off without a reset is noticed while a call waits for it.
const pingIntervalMs = 30_000;
const pingTimeoutMs = 10_000;

// What waits to be sent counts. Over Node's 10 MB it answers the server's early refusal of a large request with a reset, and the status is lost.
const sessionMegabytes = 2 ** 13;

/** Calls a super-resolution server. Make one and keep it; it connects at the first call. */
export class SuperResolutionClient extends UpscalingClient<NodeImage> {
  private readonly sessions: Sessions;

  /**
   * @param address The address, or all options.
   * @param options The other options, where the address stands before them.
   * @throws TypeError An option has the wrong type, or an unknown name.
   * @throws RangeError An option is outside its range; the message names it.
   */
  constructor(address: string | NodeClientOptions = {}, options: Omit<NodeClientOptions, 'address'> = {}) {
    const all: NodeClientOptions = addressed(address, options);
    checkClientNames(all, optionNames);
    const { address: text = defaultAddress, maxMessageBytes = 64 << 20, connectTimeoutMs = 5000 } = all;
    const parsed = parseAddress(text);
    const certificates = readTls(all.tls, parsed);
    duration('connectTimeoutMs', connectTimeoutMs);
    checkMessageBytes(maxMessageBytes);
    const sessions = new Sessions(
      parsed.url,
      { pingIntervalMs, pingTimeoutMs, pingIdleConnection: false },
      { createConnection: connector(parsed, certificates, connectTimeoutMs), maxSessionMemory: sessionMegabytes },
    );
    const transport = createGrpcTransport({
      baseUrl: parsed.url,
      sessionManager: sessions,
      readMaxBytes: maxMessageBytes,
      interceptors: [timeoutHeader],
    });
    super(
      new TransportClient(
        transport,
        { address: text, transportProblem: (error) => transportProblem(error, parsed, sessions.broken) },
        all,
        nodeImageBytes,
      ),
    );
    this.sessions = sessions;
  }

  /** Closes the connection; running calls end. */
  close(): void {
    this.sessions.abort();
  }
}

function checkMessageBytes(value: unknown): void {
  const bytes = number('maxMessageBytes', value, 'a number of bytes');
  if (!(bytes >= leastMessageBytes)) {
    throw new RangeError(`maxMessageBytes: ${bytes} is not ${leastMessageBytes} or more`);
  }
  if (bytes > mostMessageBytes) {
    throw new RangeError(`maxMessageBytes: ${bytes} is more than a message can have, ${mostMessageBytes}`);
  }
}
