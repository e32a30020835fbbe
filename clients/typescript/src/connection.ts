import * as net from 'node:net';
import * as tls from 'node:tls';
import type { ServerAddress } from './address.js';

/** Certificates of a TLS connection, in PEM. */
export interface TlsSettings {
  /** Of the authorities that are trusted instead of the system's. */
  ca?: string | Buffer;
  /** Of this client, where the server asks for one. */
  cert?: string | Buffer;
  /** Private key of `cert`. */
  key?: string | Buffer;
  /** Name that the server's certificate must have; the address's host when absent. */
  serverName?: string;
}

/** Makes connections for HTTP/2 that fail when they are not there in time. */
export function connector(address: ServerAddress, settings: TlsSettings, timeoutMs: number): () => net.Socket {
  return () => {
    const socket = connect(address, settings);
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error(`no connection within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' }));
    }, timeoutMs);
    const known = () => clearTimeout(timer);
    socket.once(socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect', known).once('close', known);
    return socket;
  };
}

function connect(address: ServerAddress, { ca, cert, key, serverName }: TlsSettings): net.Socket {
  if (address.kind === 'unix') {
    return net.connect({ path: address.path });
  }
  const { host, port } = address;
  if (!address.tls) {
    return net.connect({ host, port });
  }
  const servername = serverName ?? (net.isIP(host) ? '' : host);
  return tls.connect({ host, port, ALPNProtocols: ['h2'], servername, ...(serverName && { checkServerIdentity: (_, seen) => tls.checkServerIdentity(serverName, seen) }), ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) });
}
