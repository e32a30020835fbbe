/** The client for Node.js: gRPC over HTTP/2. */
import { createGrpcTransport } from '@connectrpc/connect-node';
import { type ServerAddress, parseAddress } from './address.js';
import { TransportClient } from './client.js';
import { connector, type TlsSettings } from './connection.js';
import { checkDuration, type ClientOptions } from './options.js';
import { Sessions } from './sessions.js';
import { transportProblem } from './transport-problem.js';

export * from './common.js';
export type { TlsSettings } from './connection.js';

/** How a client reaches its server. Checked when the client is made. */
export interface NodeClientOptions extends ClientOptions {
  /** Where the server is: `http://host:port` (HTTP/2 without TLS), `https://host:port` or `unix:/path/of/socket`; `http://127.0.0.1:5000` when absent. */
  address?: string;
  /** Certificates for `https://`, where the system's don't do. */
  tls?: TlsSettings;
  /** Largest message that is accepted from the server in bytes, 1 KiB or more; 64 MiB when absent. */
  maxMessageBytes?: number;
  /** Longest time to set up a connection in milliseconds, above 0; 5,000 when absent. */
  connectTimeoutMs?: number;
}

const defaultAddress = 'http://127.0.0.1:5000';
const leastMessageBytes = 1024;

// A server that is cut off without a reset is noticed while a call waits for it.
const pingIntervalMs = 30_000;
const pingTimeoutMs = 10_000;

/** Calls a super-resolution server. Make one and keep it; it connects at the first call. */
export class SuperResolutionClient extends TransportClient {
  private readonly sessions: Sessions;

  /**
   * @param options The address, or all options.
   * @throws RangeError An option is outside its range; the message names it.
   */
  constructor(options: string | NodeClientOptions = {}) {
    const all = typeof options === 'string' ? { address: options } : options;
    const { address: text = defaultAddress, tls = {}, maxMessageBytes = 64 << 20, connectTimeoutMs = 5000 } = all;
    const address: ServerAddress = parseAddress(text);
    checkTls(all.tls, address);
    checkDuration('connectTimeoutMs', connectTimeoutMs);
    if (!(maxMessageBytes >= leastMessageBytes)) {
      throw new RangeError(`maxMessageBytes: ${maxMessageBytes} is not ${leastMessageBytes} or more`);
    }
    const sessions = new Sessions(
      address.url,
      { pingIntervalMs, pingTimeoutMs, pingIdleConnection: false },
      { createConnection: connector(address, tls, connectTimeoutMs) },
    );
    const transport = createGrpcTransport({ baseUrl: address.url, sessionManager: sessions, readMaxBytes: maxMessageBytes });
    super(transport, { address: text, transportProblem: (error) => transportProblem(error, address, sessions.broken) }, all);
    this.sessions = sessions;
  }

  /** Closes the connection; running calls end. */
  close(): void {
    this.sessions.abort();
  }
}

function checkTls(settings: TlsSettings | undefined, address: ServerAddress): void {
  if (settings && !(address.kind === 'tcp' && address.tls)) {
    throw new RangeError('tls: is for https:// addresses');
  }
  if ((settings?.cert === undefined) !== (settings?.key === undefined)) {
    throw new RangeError('tls: cert and key go together');
  }
}
