import { SuperResolutionError, type Status } from 'cvdvae/web';
import { PictureError } from './picture';

/** What went wrong, for people. */
export interface Problem {
  readonly title: string;
  readonly text: string;
}

const titles: Partial<Record<Status, string>> = {
  INVALID_ARGUMENT: 'The server does not take this.',
  NOT_FOUND: 'The server does not have this model.',
  UNAUTHENTICATED: 'The server asks for a key that it knows.',
  PERMISSION_DENIED: 'You are not allowed to do this.',
  RESOURCE_EXHAUSTED: 'The server has too much to do right now.',
  UNAVAILABLE: 'The server cannot be reached, or is just starting or stopping.',
  DEADLINE_EXCEEDED: 'The time was too short.',
  UNIMPLEMENTED: 'There is another server at this address.',
  FAILED_PRECONDITION: 'The server cannot do this now.',
  CANCELLED: 'The server cancelled the call.',
  ABORTED: 'The server broke off.',
};

/** Says what an error means. */
export function describe(error: unknown): Problem {
  if (error instanceof PictureError) {
    return { title: 'This file cannot be used.', text: error.message };
  }
  if (!(error instanceof SuperResolutionError)) {
    return { title: 'Something went wrong on this page.', text: error instanceof Error ? error.message : String(error) };
  }
  const title = error.field === 'image' ? 'The server cannot use this picture.' : (titles[error.status] ?? 'Something went wrong on the server.');
  const request = error.requestId === undefined ? '' : ` (request ${error.requestId})`;
  return { title, text: `${sentence(error.message)}${request}` };
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
