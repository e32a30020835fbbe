import { create, toBinary } from '@bufbuild/protobuf';
import { type CallOptions, type Client, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { Arrivals } from './arrivals.js';
import { DrawnSamples } from './drawn-samples.js';
import { MessageTooLargeError, protocolFailure } from './errors.js';
import { readEvent, type UpscaleEvent } from './events.js';
import type { RequestFields } from './fields.js';
import { foreignAnswer } from './foreign-answer.js';
import { type ListModelsResponse, SuperResolutionService, type UpscaleResponse, UpscaleRequestSchema } from './gen/cvdvae/v1/super_resolution_service_pb.js';
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
import { requestTooLarge } from './too-large.js';
import type { Asked, Calls } from './upscaling-client.js';

/** Longest time to ask what would have been taken. */
const limitsWithinMs = 5000;

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
    const size = () => toBinary(UpscaleRequestSchema, create(UpscaleRequestSchema, { ...fields, image })).length;
    const call = new RetriedCall(this.route, this.options, checked, signal, names, size);
    let arrivals: Arrivals | undefined;
    try {
      const begun = call.run((options) => this.open({ ...fields, image }, options));
      const { first, stream } = await begun.catch((thrown) => this.withLimit(thrown, checked));
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

  /** Throws a failure; where the request was too large, with what the server would take, as far as it still says so. */
  private async withLimit(thrown: unknown, settings: CheckedSettings): Promise<never> {
    // What stands between has a limit of its own, which the server does not know.
    const asks = thrown instanceof MessageTooLargeError && thrown.limit === undefined && !foreignAnswer(ConnectError.from(thrown.cause));
    if (!asks || thrown.size === undefined) {
      throw thrown;
    }
    const asked = { ...this.options, maxAttempts: 1, deadlineMs: Math.min(settings.deadlineMs ?? limitsWithinMs, limitsWithinMs) };
    const call = new RetriedCall(this.route, asked, { ...settings, deadlineMs: undefined }, settings.signal);
    const answer = await call.run((options) => this.service.listModels({}, options)).catch(() => undefined);
    const limit = answer?.limits?.maxMessageBytes;
    if (!limit) {
      throw thrown;
    }
    const { message, ...large } = requestTooLarge(thrown.size, Number(limit));
    throw new MessageTooLargeError(message, { ...thrown, ...large, cause: thrown.cause });
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
