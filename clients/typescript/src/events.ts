import { type Duration, durationMs } from '@bufbuild/protobuf/wkt';
import type { CompletionReason, Image, Timings, UpscaleResponse } from './gen/cvdvae/v1/super_resolution_service_pb.js';
import type { Bytes, EncodedImage } from './image.js';

/** The call was admitted. First, always. */
export interface StartedEvent {
  readonly kind: 'started';
  /** Identity of the call in the server's logs and traces. */
  readonly requestId: string;
  /** The model as "name@version". */
  readonly model: string;
  /** Factor between the sides of result and input. */
  readonly scale: number;
  /** Side of the input in pixels. */
  readonly inputSize: number;
  /** Side of the full result in pixels. */
  readonly outputSize: number;
  /** Latent groups. */
  readonly groupCount: number;
  /** Latent groups that the input conditions. */
  readonly conditionedGroupCount: number;
  /** Resolutions of the decoder, coarse to fine; the last is outputSize. */
  readonly resolutions: readonly number[];
  /** The seed in use: with it the same images can be had again. */
  readonly seed: bigint;
}

/** A latent group is decoded for all samples. Only where the request asked to report groups. */
export interface GroupDecodedEvent {
  readonly kind: 'groupDecoded';
  /** Its index, 0 to groupCount - 1. */
  readonly group: number;
  readonly resolution: number;
}

/** A sample reached a resolution below the output size. */
export interface PreviewEvent {
  readonly kind: 'preview';
  /** Index of the sample, from 0. */
  readonly sampleIndex: number;
  /** Side in pixels. */
  readonly resolution: number;
  readonly image: EncodedImage;
}

/** A sample is finished. */
export interface ResultEvent {
  readonly kind: 'result';
  /** Index of the sample, from 0. */
  readonly sampleIndex: number;
  /** The image; smaller than outputSize only after a stop or near the deadline. */
  readonly image: EncodedImage;
  /** PSNR in dB of the 8-bit result, downscaled, to the input; at most 100. 0 where the result is smaller than the input. */
  readonly lowResolutionPsnr: number;
}

/** Times of a call in milliseconds, from its arrival at the server. */
export interface ServerTimings {
  /** Until the first preview left. */
  readonly firstPreview: number;
  /** Until the last result left. */
  readonly total: number;
  /** In queues, summed over the stages of the decoder. */
  readonly queued: number;
  /** On the devices: every batch that the call was in, summed over the stages. */
  readonly device: number;
  /** Until every sample had reached a resolution, coarse to fine. */
  readonly resolutions: readonly { readonly resolution: number; readonly elapsed: number }[];
}

/** The call is at its end. Last, always. */
export interface CompletedEvent {
  readonly kind: 'completed';
  /** The coarsest of the resolutions that the samples reached. */
  readonly reachedResolution: number;
  readonly reason: CompletionReason;
  readonly timings: ServerTimings;
}

/**
 * Something that happened to a call. In this order: started; groupDecoded and preview, coarse to fine for each sample; one result for each
 * sample, as each is finished; completed.
 */
export type UpscaleEvent = StartedEvent | GroupDecodedEvent | PreviewEvent | ResultEvent | CompletedEvent;

/** The event of a message; undefined for a kind that this client does not know. */
export function readEvent({ event }: UpscaleResponse): UpscaleEvent | undefined {
  switch (event.case) {
    case 'started': {
      const { requestId, model, scale, inputSize, outputSize, groupCount, conditionedGroupCount, resolutions, seed } = event.value;
      return { kind: 'started', requestId, model, scale, inputSize, outputSize, groupCount, conditionedGroupCount, resolutions, seed };
    }
    case 'groupDecoded':
      return { kind: 'groupDecoded', group: event.value.group, resolution: event.value.resolution };
    case 'preview':
      return { kind: 'preview', sampleIndex: event.value.sampleIndex, resolution: event.value.resolution, image: readImage(event.value.image) };
    case 'result':
      return { kind: 'result', sampleIndex: event.value.sampleIndex, image: readImage(event.value.image), lowResolutionPsnr: event.value.lrPsnrDb };
    case 'completed':
      return { kind: 'completed', reachedResolution: event.value.reachedResolution, reason: event.value.reason, timings: readTimings(event.value.timings) };
    default:
      return undefined;
  }
}

function readImage(image: Image | undefined): EncodedImage {
  // What comes from the network is never in shared memory, though the type of the generated code allows it.
  const data = (image?.data ?? new Uint8Array()) as Bytes;
  return { data, format: image?.format ?? 0, width: image?.width ?? 0, height: image?.height ?? 0 };
}

function readTimings(timings: Timings | undefined): ServerTimings {
  return {
    firstPreview: milliseconds(timings?.firstPreview),
    total: milliseconds(timings?.total),
    queued: milliseconds(timings?.queued),
    device: milliseconds(timings?.device),
    resolutions: (timings?.resolutions ?? []).map(({ resolution, elapsed }) => ({ resolution, elapsed: milliseconds(elapsed) })),
  };
}

function milliseconds(duration: Duration | undefined): number {
  return duration ? durationMs(duration) : 0;
}
