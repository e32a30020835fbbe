import { Code, type ConnectError } from '@connectrpc/connect';
import type { ServerAddress } from './address.js';

const known: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ENOENT: 'there is no such socket',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host could not be looked up',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ECONNRESET: 'the server closed the connection',
  EPIPE: 'the server closed the connection',
};

/**
 * What kept bytes from going to and fro; undefined where the server itself answered.
 * @param broken What broke the connection, where known.
 */
export function transportProblem(error: ConnectError, address: ServerAddress, broken?: Error): string | undefined {
  const cause = rootCause(broken ?? error);
  const text = cause.message;
  const { code: named } = cause as { code?: unknown };
  // Connect's own errors have a number there.
  const code = typeof named === 'string' ? named : undefined;
  if (/ALERT_(CERTIFICATE|BAD_CERTIFICATE|HANDSHAKE_FAILURE|UNKNOWN_CA|ACCESS_DENIED)/i.test(code ?? '')) {
    return 'the server refuses the TLS connection; does it want a certificate of the client, or another one?';
  }
  if (address.kind === 'tcp' && address.tls && (code === 'EPROTO' || code?.startsWith('ERR_SSL') || /before secure TLS/.test(text))) {
    return 'the server does not answer with TLS; without it the address begins with http://';
  }
  if (code !== undefined && /CERT|ALTNAME|SELF_SIGNED|UNABLE_TO/.test(code)) {
    return `the certificate of the server is not accepted (${text})`;
  }
  if (/ERR_HTTP2|NGHTTP2|Protocol error/.test(`${code} ${text}`)) {
    return `the server does not speak HTTP/2 there (by default gRPC has port 5000, the page and gRPC-Web have 5001)${hint(address)}`;
  }
  if (code !== undefined && code in known) {
    return `${known[code]}${code === 'ECONNRESET' || code === 'EPIPE' ? hint(address) : ''}`;
  }
  if (/http\/2 stream closed|premature|connection lost/i.test(text)) {
    return `the server closed the connection${hint(address)}`;
  }
  if (cause !== error && code !== undefined) {
    return text;
  }
  // An answer that is not gRPC's: some other server.
  return error.code !== Code.Unimplemented && /content.type|HTTP \d/i.test(text) ? `the server does not speak gRPC there (${text})` : undefined;
}

function hint(address: ServerAddress): string {
  if (address.kind === 'unix') {
    return '';
  }
  return address.tls ? '; does it want a certificate of the client, or another one?' : '; where it wants TLS the address begins with https://';
}

function rootCause(error: Error): Error {
  let cause = error;
  while (cause.cause instanceof Error) {
    cause = cause.cause;
  }
  // Where a host has several addresses, one error tells of all.
  return cause instanceof AggregateError && cause.errors[0] instanceof Error ? cause.errors[0] : cause;
}
