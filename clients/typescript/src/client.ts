import type { MessageInitShape } from '@bufbuild/protobuf';
import { type CallOptions, type Client, createClient, type Transport } from '@connectrpc/connect';
import { protocolFailure } from './errors.js';
import { readEvent, type UpscaleEvent } from './events.js';
import { type ListModelsResponse, SuperResolutionService, type UpscaleRequest, type UpscaleRequestSchema, type UpscaleResponse } from './gen/cvdvae/v1/super_resolution_service_pb.js';
import { checkOptions, type CallSettings, type CheckedOptions, type ClientOptions } from './options.js';
import { RetriedCall, type Route } from './retried-call.js';

/** A request: the fields of the protocol's UpscaleRequest, all optional but the image. */
export type UpscaleInput = Exclude<MessageInitShape<typeof UpscaleRequestSchema>, UpscaleRequest> & { image: Uint8Array };

/** Calls a super-resolution server over any transport. */
export class TransportClient {
  private readonly options: CheckedOptions;
  private readonly service: Client<typeof SuperResolutionService>;

  constructor(transport: Transport, private readonly route: Route, options: ClientOptions) {
    this.options = checkOptions(options);
    this.service = createClient(SuperResolutionService, transport);
  }

  /**
   * Draws samples of a low-resolution image. Leaving the loop early cancels the call, and the server stops working for it. A call that fails
   * before the server admitted it is tried again where that can help.
   * @throws SuperResolutionError The call failed.
   * @throws The reason of settings.signal, when it was aborted.
   */
  async *upscale(request: UpscaleInput, settings: CallSettings = {}): AsyncGenerator<UpscaleEvent, void, undefined> {
    const left = new AbortController();
    const call = this.begin(settings, settings.signal ? AbortSignal.any([settings.signal, left.signal]) : left.signal);
    let stream: AsyncIterator<UpscaleResponse> | undefined;
    try {
      const opened = await call.run((options) => this.open(request, options));
      const { first } = opened;
      ({ stream } = opened);
      const started = readEvent(first);
      if (started?.kind !== 'started') {
        throw protocolFailure(this.route.address, "the server's first event is not Started", settings.requestId);
      }
      yield started;
      for (;;) {
        const next = await stream.next().catch((thrown: unknown) => {
          throw call.failure(thrown);
        });
        if (next.done) {
          throw protocolFailure(this.route.address, 'the server ended the call before it was completed', started.requestId);
        }
        const event = readEvent(next.value);
        if (event?.kind === 'completed') {
          // A call that is left before the end of its stream counts as cancelled at the server.
          await stream.next().catch(() => undefined);
          yield event;
          return;
        }
        if (event) {
          yield event;
        }
      }
    } finally {
      left.abort();
      void drain(stream);
    }
  }

  /**
   * Lists the models that are ready, and the limits of the server.
   * @throws SuperResolutionError The call failed.
   * @throws The reason of settings.signal, when it was aborted.
   */
  listModels(settings: CallSettings = {}): Promise<ListModelsResponse> {
    return this.begin(settings, settings.signal).run((options) => this.service.listModels({}, options));
  }

  private begin(settings: CallSettings, signal: AbortSignal | undefined): RetriedCall {
    return new RetriedCall(this.route, this.options, settings, signal);
  }

  /** Begins a stream and waits for its first event: with it the server has admitted the call. */
  private async open(request: UpscaleInput, options: CallOptions): Promise<{ first: UpscaleResponse; stream: AsyncIterator<UpscaleResponse> }> {
    const stream = this.service.upscale(request, options)[Symbol.asyncIterator]();
    const first = await stream.next();
    if (first.done) {
      throw protocolFailure(this.route.address, 'the server ended the call without an event');
    }
    return { first: first.value, stream };
  }
}

/** Reads a cancelled stream to its end: until then its deadline keeps a timer, and with it the program, alive. */
async function drain(stream: AsyncIterator<unknown> | undefined): Promise<void> {
  try {
    while (stream && !(await stream.next()).done);
  } catch {
    // That is the end.
  }
}
