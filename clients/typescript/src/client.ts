import { type CallOptions, type Client, createClient, type Transport } from '@connectrpc/connect';
import { Arrivals } from './arrivals.js';
import { DrawnSamples } from './drawn-samples.js';
import { protocolFailure } from './errors.js';
import { readEvent, type UpscaleEvent } from './events.js';
import type { RequestFields } from './fields.js';
import { type ListModelsResponse, SuperResolutionService, type UpscaleResponse } from './gen/cvdvae/v1/super_resolution_service_pb.js';
import { checkOptions, checkSettings, type CallSettings, type CheckedOptions, type CheckedSettings, type ClientOptions } from './options.js';
import { readRequest } from './request.js';
import { RetriedCall, type Route } from './retried-call.js';
import type { UpscaleOptions } from './upscale-options.js';

/** A request: the image, and what is asked for. */
export type Asked<Image> = UpscaleOptions & { image: Image };

/** Calls a super-resolution server over any transport. */
export class TransportClient<Image> {
  private readonly options: CheckedOptions;
  private readonly service: Client<typeof SuperResolutionService>;

  /** @param imageBytes Reads an image; throws what says why it can't be one. */
  constructor(transport: Transport, private readonly route: Route, options: ClientOptions, private readonly imageBytes: (image: unknown) => Promise<Uint8Array>) {
    this.options = checkOptions(options);
    this.service = createClient(SuperResolutionService, transport);
  }

  /**
   * Draws samples of a low-resolution image. Leaving the loop early cancels the call, and the server stops working for it. A call that fails
   * before the server admitted it is tried again where that can help. Where the deadline passes when previews have come already, the call ends
   * well with the finest of each sample as its result.
   * @throws TypeError Something in the request or the settings has the wrong type, or a name that is not known. Nothing was sent.
   * @throws RangeError A value can't be sent. Nothing was sent.
   * @throws SuperResolutionError The call failed.
   * @throws The reason of settings.signal, when it was aborted.
   */
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

  /**
   * Lists the models that are ready, and the limits of the server.
   * @throws TypeError A setting has the wrong type, or a name that is not known.
   * @throws RangeError A setting can't be used.
   * @throws SuperResolutionError The call failed.
   * @throws The reason of settings.signal, when it was aborted.
   */
  async listModels(settings: CallSettings = {}): Promise<ListModelsResponse> {
    const checked: CheckedSettings = checkSettings(settings);
    return await new RetriedCall(this.route, this.options, checked, checked.signal).run((options) => this.service.listModels({}, options));
  }

  /** Begins a stream and waits for its first event: with it the server has admitted the call. */
  private async open(request: RequestFields, options: CallOptions): Promise<{ first: UpscaleResponse; stream: AsyncIterator<UpscaleResponse> }> {
    const stream = this.service.upscale(request, options)[Symbol.asyncIterator]();
    const first = await stream.next();
    if (first.done) {
      throw protocolFailure(this.route.address, 'the server ended the call without an event');
    }
    return { first: first.value, stream };
  }
}
