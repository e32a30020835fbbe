import { SuperResolutionError, type Status } from 'cvdvae/web';
import { PictureError } from './picture';
import type { Silence } from './watch';

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
  UNAVAILABLE: 'The server is just starting or stopping, or a part of it is missing.',
  DEADLINE_EXCEEDED: 'The time was too short.',
  UNIMPLEMENTED: 'There is another server at this address.',
  FAILED_PRECONDITION: 'The server cannot do this now.',
  CANCELLED: 'The server cancelled the call.',
  ABORTED: 'The server broke off.',
};

const silences: Readonly<Record<Silence, string>> = {
  offline: 'this device is offline.',
  gone: 'the server does not answer.',
  'not ready': 'the server says that it cannot draw at the moment; a part of it may have stopped.',
  ready: 'the server is there, but busy with others, or a part of it has stopped.',
};

/** Says what an error means. */
export function describe(error: unknown): Problem {
  if (error instanceof PictureError) {
    return { title: error.title, text: error.message };
  }
  if (!(error instanceof SuperResolutionError)) {
    return { title: 'Something went wrong on this page.', text: error instanceof Error ? error.message : String(error) };
  }
  if (isOutOfReach(error)) {
    return navigator.onLine
      ? {
          title: 'The server cannot be reached.',
          text: `Nothing comes from ${location.host}: it has stopped, or the network on the way is broken. What was drawn stays here, and the page goes on by itself when the server is back.`,
        }
      : { title: 'This device is offline.', text: 'What was drawn stays here, and the page goes on by itself when the network is back.' };
  }
  const title = error.field === 'image' ? 'The server cannot use this picture.' : (titles[error.status] ?? 'Something went wrong on the server.');
  const request = error.requestId === undefined ? '' : ` (request ${error.requestId})`;
  return { title, text: `${sentence(error.message)}${request}` };
}

/** Whether the network is to blame, and not what a server said. */
export function isOutOfReach(error: unknown): boolean {
  return error instanceof SuperResolutionError && error.status === 'UNAVAILABLE' && error.message.startsWith("can't reach");
}

/** Says that nothing comes, and why. */
export function describeSilence(silence: Silence): string {
  return `Nothing comes: ${silences[silence]} The drawing goes on when it can; Cancel ends it.`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
