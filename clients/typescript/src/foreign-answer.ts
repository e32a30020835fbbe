import { Code, type ConnectError } from '@connectrpc/connect';

/** An answer in HTTP's own words: of some other server, or of one in between. */
export interface ForeignAnswer {
  readonly http: number;
  readonly meaning: string;
}

const meanings: Readonly<Record<number, string>> = {
  401: 'what answers there wants credentials',
  403: 'what answers there refuses this client',
  407: 'what answers there wants credentials',
  413: 'the request is too large for what answers there',
  421: 'the server is not one of this name',
  429: 'what answers there takes no more calls for now',
  502: 'what answers there does not reach the service',
  503: 'what answers there does not reach the service',
  504: 'what answers there does not reach the service',
};

/** HTTP's status for a message that is too large. */
export const contentTooLarge = 413;

/** What was answered in place of gRPC; undefined where that was not so. */
export function foreignAnswer(error: ConnectError): ForeignAnswer | undefined {
  const http = Number(/^HTTP (\d{3})$/.exec(error.rawMessage)?.[1]);
  return Number.isNaN(http) ? undefined : { http, meaning: `${meanings[http] ?? 'the server does not speak gRPC there'} (HTTP ${http})` };
}

/** Its status, by gRPC's rules for that; what is too large by the one that gRPC servers have for it. */
export function foreignCode({ http }: ForeignAnswer, code: Code): Code {
  return http === contentTooLarge ? Code.ResourceExhausted : http === 407 ? Code.Unauthenticated : code;
}
