import * as net from 'node:net';
import * as tls from 'node:tls';
import type { ServerAddress } from './address.js';
import type { Certificates } from './certificates.js';
import { after } from './timer.js';

/** Makes connections for HTTP/2 that fail when they are not there in time. */
export function connector(address: ServerAddress, settings: Certificates, timeoutMs: number): () => net.Socket {
  return () => {
    const socket = connect(address, settings);
    const known = after(timeoutMs, () => {
      socket.destroy(Object.assign(new Error(`no connection within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' }));
    });
    socket.once(socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect', known).once('close', known);
    return socket;
  };
}

function connect(address: ServerAddress, { ca, cert, key, serverName }: Certificates): net.Socket {
  if (address.kind === 'unix') {
    return net.connect({ path: address.path });
  }
  const { host, port } = address;
  if (!address.tls) {
    return net.connect({ host, port });
  }
  const servername = serverName ?? (net.isIP(host) ? '' : host);
  return tls.connect({
    host, port, ALPNProtocols: ['h2'], servername,
    ...(serverName && { checkServerIdentity: (_, seen) => tls.checkServerIdentity(serverName, seen) }),
    ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }),
  });
}
