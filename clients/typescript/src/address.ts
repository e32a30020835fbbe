import { text } from './values.js';

/** Where a server is, in parts. */
export type ServerAddress =
  | { readonly kind: 'tcp'; readonly tls: boolean; readonly host: string; readonly port: number; readonly url: string }
  | { readonly kind: 'unix'; readonly path: string; readonly url: string };

const accepted = 'http://host:port, https://host:port or unix:/path';

/**
 * Reads an address.
 * @throws TypeError It's no text.
 * @throws RangeError It can't be one.
 */
export function parseAddress(given: string): ServerAddress {
  const address = text('address', given);
  const path = /^unix:(?:\/\/)?(\/.+)$/.exec(address)?.[1];
  if (path !== undefined) {
    return { kind: 'unix', path, url: 'http://localhost' };
  }
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || !url.hostname || url.pathname !== '/' || url.search || url.hash) {
    throw new RangeError(`address: '${address}' is not ${accepted}`);
  }
  const tls = url.protocol === 'https:';
  const port = url.port ? Number(url.port) : tls ? 443 : 80;
  return { kind: 'tcp', tls, host: url.hostname.replace(/^\[|\]$/g, ''), port, url: url.origin };
}
