import type { ClientHttp2Session, ClientHttp2Stream, ClientSessionRequestOptions, OutgoingHttpHeaders } from 'node:http2';
import { Http2SessionManager } from '@connectrpc/connect-node';

/**
 * The HTTP/2 connections of a client. What breaks a connection is remembered, since a stream only says that it was closed; and it is always heard,
 * since an error of a connection that nobody listens to would end the program.
 */
export class Sessions extends Http2SessionManager {
  private readonly heard = new WeakSet<ClientHttp2Session>();
  /** What broke the last connection; undefined while it works. */
  broken: Error | undefined;

  override async request(method: string, path: string, headers: OutgoingHttpHeaders, options: Omit<ClientSessionRequestOptions, 'signal'>): Promise<ClientHttp2Stream> {
    this.broken = undefined;
    const stream = await super.request(method, path, headers, options);
    const { session } = stream;
    if (session && !this.heard.has(session as ClientHttp2Session)) {
      this.heard.add(session as ClientHttp2Session);
      session.on('error', (error: Error) => (this.broken = error));
    }
    return stream;
  }
}
