import { type CallOptions, type Client, createClient, type Transport } from '@connectrpc/connect';
import { Arrivals } from './arrivals.js';
import { DrawnSamples } from './drawn-samples.js';
import { protocolFailure } from './errors.js';
import { readEvent, type UpscaleEvent } from './events.js';
import type { RequestFields } from './fields.js';
import { type ListModelsResponse, SuperResolutionService, type UpscaleResponse } from './gen/cvdvae/v1/super_resolution_service_pb.js';
import {
  checkOptions,
  checkSettings,
  type CallSettings,
  type CheckedOptions,
  type CheckedSettings,
  type ClientOptions,
} from './options.js';
import { readRequest } from './request.js';
import { RetriedCall, type Route } from './retried-call.js';
import type { Asked, Calls } from './upscaling-client.js';

/** Calls a super-resolution server over any transport. */
export class TransportClient<Image> implements Calls<Image> {
  private readonly options: CheckedOptions;
  private readonly service: Client<typeof SuperResolutionService>;

  /** @param imageBytes Reads an image; throws what says why it can't be one. */
  constructor(
    transport: Transport,
    private readonly route: Route,
    options: ClientOptions,
    private readonly imageBytes: (image: unknown) => Promise<Uint8Array>,
  ) {
    this.options = checkOptions(options);
    this.service = createClient(SuperResolutionService, transport);
  }

  async *upscale(request: Asked<Image>, settings: CallSettings = {}): AsyncGenerator<UpscaleEvent, void, undefined> {
    const checked = checkSettings(settings);
    const { fields, image: given, names } = readRequest(request);
    const image = await this.imageBytes(given);
    const left = new AbortController();
    const signal = checked.signal ? AbortSignal.any([checked.signal, left.signal]) : left.signal;
    const call = new RetriedCall(this.route, this.options, checked, signal, names);
    let arrivals: Arrivals | undefined;
    try {
      const { first, stream } = await call.run((options) => this.open({ ...fields, image }, options));
      const drawn = new DrawnSamples(call.begun);
      arrivals = new Arrivals(stream, (event) => drawn.note(event));
      const started = readEvent(first);
      if (started?.kind !== 'started') {
        throw protocolFailure(this.route.address, "the server's first event is not Started", checked.requestId);
      }
      yield started;
      for (;;) {
        signal.throwIfAborted();
        let event: UpscaleEvent | undefined;
        try {
          event = await arrivals.next();
        } catch (thrown) {
          const failed = call.failureOfStream(thrown);
          if (failed.status !== 'DEADLINE_EXCEEDED' || !drawn.any) {
            throw failed;
          }
          yield* drawn.finish();
          return;
        }
        if (!event) {
          throw protocolFailure(this.route.address, 'the server ended the call before it was completed', started.requestId);
        }
        if (event.kind === 'completed') {
          // A call that is left before the end of its stream counts as cancelled at the server.
          await arrivals.ended;
          yield event;
          return;
        }
        yield event;
      }
    } finally {
      left.abort();
      arrivals?.leave();
    }
  }

  async listModels(settings: CallSettings = {}): Promise<ListModelsResponse> {
    const checked: CheckedSettings = checkSettings(settings);
    return await new RetriedCall(this.route, this.options, checked, checked.signal).run((options) => this.service.listModels({}, options));
  }

  /** Begins a stream and waits for its first event: with it the server has admitted the call. */
  private async open(
    request: RequestFields,
    options: CallOptions,
  ): Promise<{ first: UpscaleResponse; stream: AsyncIterator<UpscaleResponse> }> {
    const stream = this.service.upscale(request, options)[Symbol.asyncIterator]();
    const first = await stream.next();
    if (first.done) {
      throw protocolFailure(this.route.address, 'the server ended the call without an event');
    }
    return { first: first.value, stream };
  }
}
