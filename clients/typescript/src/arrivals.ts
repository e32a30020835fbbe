import { readEvent, type UpscaleEvent } from './events.js';
import type { UpscaleResponse } from './gen/cvdvae/v1/super_resolution_service_pb.js';

/** Most bytes of events that wait for whoever takes them; beyond it the stream is left alone until there is room. */
const mostWaiting = 4 << 20;
const sizeWithoutImage = 100;

/**
 * The events of a stream, read as they arrive and not as they are taken: what came before the deadline is there, however long
 * whoever takes it needs for each. And it is read to its end, even where nobody wants the rest: until then its deadline keeps a
 * timer, and with it the program, alive.
 */
export class Arrivals {
  private readonly waiting: UpscaleEvent[] = [];
  private bytes = 0;
  private unwanted = false;
  private isOver = false;
  private failure: { readonly thrown: unknown } | undefined;
  private somethingCame = () => {};
  private roomWasMade = () => {};
  /** Resolves at the end of the stream, also where it fails. */
  readonly ended: Promise<void>;

  /** @param arrived Called with each event as it comes. */
  constructor(
    stream: AsyncIterator<UpscaleResponse>,
    private readonly arrived: (event: UpscaleEvent) => void,
  ) {
    this.ended = this.read(stream);
  }

  /** The next event; undefined at the end. What the stream throws is thrown after what came before it. */
  async next(): Promise<UpscaleEvent | undefined> {
    while (this.waiting.length === 0 && !this.isOver) {
      await new Promise<void>((resolve) => (this.somethingCame = resolve));
    }
    const event = this.waiting.shift();
    if (event) {
      this.bytes -= size(event);
      this.roomWasMade();
    } else if (this.failure) {
      throw this.failure.thrown;
    }
    return event;
  }

  /** Nobody takes any more. */
  leave(): void {
    this.unwanted = true;
    this.waiting.length = 0;
    this.roomWasMade();
  }

  private async read(stream: AsyncIterator<UpscaleResponse>): Promise<void> {
    try {
      for (let next = await stream.next(); !next.done; next = await stream.next()) {
        const event = readEvent(next.value);
        if (event && !this.unwanted) {
          await this.take(event);
        }
      }
    } catch (thrown) {
      this.failure = { thrown };
    }
    this.isOver = true;
    this.somethingCame();
  }

  /** Puts an event to the others, and waits until there is room again. */
  private async take(event: UpscaleEvent): Promise<void> {
    this.arrived(event);
    this.waiting.push(event);
    this.bytes += size(event);
    this.somethingCame();
    while (this.bytes > mostWaiting && !this.unwanted) {
      await new Promise<void>((resolve) => (this.roomWasMade = resolve));
    }
  }
}

function size(event: UpscaleEvent): number {
  return sizeWithoutImage + ('image' in event ? event.image.data.length : 0);
}
