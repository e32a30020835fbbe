export type { UpscaleInput } from './client.js';
export { SuperResolutionError, type Status } from './errors.js';
export type { CompletedEvent, EncodedImage, GroupDecodedEvent, PreviewEvent, ResultEvent, ServerTimings, StartedEvent, UpscaleEvent } from './events.js';
export type { CallSettings, ClientOptions } from './options.js';
export {
  CompletionReason, ImageFormat, InputFit, PixelSampling,
  type ListModelsResponse, type ModelInfo, type ResolutionInfo, type ScaleInfo, type ServerLimits,
} from './gen/cvdvae/v1/super_resolution_service_pb.js';
