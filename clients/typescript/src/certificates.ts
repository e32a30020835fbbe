import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { ServerAddress } from './address.js';
import { kindOf, shown } from './given.js';
import { checkNames, plainNames } from './known-names.js';
import type { TlsSettings } from './tls-settings.js';
import { text } from './values.js';

/** What TLS is made with: PEM, not paths. */
export interface Certificates {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly serverName?: string;
}

const taker = { name: 'tls', prefix: 'tls.', known: plainNames(['ca', 'cert', 'key', 'serverName']) };

/**
 * Reads the certificates.
 * @throws TypeError A setting has the wrong type, or an unknown name.
 * @throws RangeError They can't be used, or not for this address.
 * @throws Error A file can't be read; `code` says why, as Node.js does.
 */
export function readTls(settings: TlsSettings | undefined, address: ServerAddress): Certificates {
  if (settings === undefined) {
    return {};
  }
  checkNames(taker, settings);
  const { ca, cert, key, serverName } = settings as TlsSettings;
  if (!(address.kind === 'tcp' && address.tls)) {
    throw new RangeError('tls: is for https:// addresses');
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new RangeError('tls: cert and key go together');
  }
  const pem = {
    ...(ca !== undefined && { ca: readPem('tls.ca', ca) }),
    ...(cert !== undefined && { cert: readPem('tls.cert', cert) }),
    ...(key !== undefined && { key: readPem('tls.key', key) }),
  };
  try {
    createSecureContext(pem);
    // What it does not understand of an authority it leaves out without a word.
    void (pem.ca && new X509Certificate(pem.ca));
  } catch (error) {
    throw new RangeError(`tls: the certificates can't be used: ${(error as Error).message}`, { cause: error });
  }
  return { ...pem, ...(serverName !== undefined && { serverName: text('tls.serverName', serverName) }) };
}

function readPem(name: string, value: unknown): Buffer {
  const pem = typeof value === 'string' ? (value.includes('-----BEGIN') ? Buffer.from(value) : readFile(name, value)) : undefined;
  if (pem === undefined && !(typeof value === 'object' && value !== null && kindOf(value) === 'Uint8Array')) {
    throw new TypeError(`${name}: ${shown(value)} is not PEM as text or bytes, or the path of a file`);
  }
  const bytes = pem ?? Buffer.from(value as Uint8Array);
  // Node.js takes other bytes without a word, and trusts nobody then.
  if (!bytes.includes('-----BEGIN')) {
    throw new RangeError(`${name}: ${pem ? `${shown(value)} holds` : 'these bytes are'} no PEM: there is no line -----BEGIN ...-----`);
  }
  return bytes;
}

function readFile(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    throw Object.assign(new Error(`${name}: ${shown(path)} can't be read: ${message}`, { cause: error }), { code });
  }
}
