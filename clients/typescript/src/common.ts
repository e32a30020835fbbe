export type { Fit, Format, Sampling } from './choices.js';
export type { CompletedEvent, GroupDecodedEvent, PreviewEvent, ResultEvent, ServerTimings, StartedEvent, UpscaleEvent } from './events.js';
export { toBlob, type EncodedImage } from './image.js';
export type { CallSettings, ClientOptions } from './options.js';
export {
  CompletionReason, ImageFormat, InputFit, PixelSampling,
  type ListModelsResponse, type ModelInfo, type ResolutionInfo, type ScaleInfo, type ServerLimits,
} from './gen/cvdvae/v1/super_resolution_service_pb.js';
export { MessageTooLargeError, SuperResolutionError, type FailureFacts, type Status } from './super-resolution-error.js';
export type { UpscaleOptions } from './upscale-options.js';
