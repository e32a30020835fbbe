/** How a server that says nothing is. */
export type Silence = 'offline' | 'gone' | 'not ready' | 'ready';

const patience = 3_000;
const askEvery = 3_000;
const answerWithin = 2_000;
const retryEvery = 2_000;

/** Looks after a call: when nothing has come for some seconds it asks how the server is, and goes on asking until something comes. */
export class Watch {
  private heardAt = performance.now();
  private askedAt = 0;
  private silence: Silence | undefined;
  private readonly timer = setInterval(() => void this.look(), 500);

  /** @param silent Called twice a second with what is known and the seconds without a word; with undefined once something comes again. */
  constructor(private readonly silent: (silence: Silence | undefined, seconds: number) => void) {}

  /** Something came. */
  heard(): void {
    this.heardAt = performance.now();
    if (this.silence) {
      this.silence = undefined;
      this.silent(undefined, 0);
    }
  }

  end(): void {
    clearInterval(this.timer);
    this.silent(undefined, 0);
  }

  private async look(): Promise<void> {
    const now = performance.now();
    const { heardAt } = this;
    if (now - heardAt < patience) {
      return;
    }
    if (now - this.askedAt >= askEvery) {
      this.askedAt = now;
      const answer = await askServer();
      if (this.heardAt !== heardAt) {
        return;
      }
      this.silence = answer;
    }
    if (this.silence) {
      this.silent(this.silence, Math.round((performance.now() - heardAt) / 1000));
    }
  }
}

/** Asks whether the server could draw now. One that does not show its health, but answers, counts as ready. */
async function askServer(): Promise<Silence> {
  try {
    const { status } = await fetch('/healthz/ready', { cache: 'no-store', signal: AbortSignal.timeout(answerWithin) });
    return status === 503 ? 'not ready' : 'ready';
  } catch {
    return navigator.onLine ? 'gone' : 'offline';
  }
}

/** Waits until a server that is out of reach answers again. Returns whether it was out of reach at all. */
export async function untilBack(signal: AbortSignal): Promise<boolean> {
  let wasAway = false;
  while (!signal.aborted) {
    try {
      await fetch('/', { method: 'HEAD', cache: 'no-store', signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithin)]) });
      return wasAway;
    } catch {
      wasAway = true;
      await pause(signal);
    }
  }
  return false;
}

/** Until it is time to try again, or the network is back. */
function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = new AbortController();
    const end = () => {
      over.abort();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, retryEvery);
    addEventListener('online', end, { signal: over.signal });
    signal.addEventListener('abort', end, { signal: over.signal });
  });
}
