import type { UpscaleEvent } from './events.js';
import type { ListModelsResponse } from './gen/cvdvae/v1/super_resolution_service_pb.js';
import type { CallSettings } from './options.js';
import type { UpscaleOptions } from './upscale-options.js';

/** A request: the image, and what is asked for. */
export type Asked<Image> = UpscaleOptions & { image: Image };

/** The calls of the server. */
export interface Calls<Image> {
  upscale(request: Asked<Image>, settings?: CallSettings): AsyncGenerator<UpscaleEvent, void, undefined>;
  listModels(settings?: CallSettings): Promise<ListModelsResponse>;
}

/** What every client does. Nothing that it shows is of a transport, whose typings want those of a browser too. */
export abstract class UpscalingClient<Image> {
  private readonly calls: Calls<Image>;

  protected constructor(calls: Calls<Image>) {
    this.calls = calls;
  }

  /**
   * Draws samples of a low-resolution image. Leaving the loop early cancels the call, and the server stops working for it. A call that
   * fails before the server admitted it is tried again where that can help. Where the deadline passes when previews have come already, the
   * call ends well with the finest of each sample as its result.
   * @throws TypeError Something in the request or the settings has the wrong type, or a name that is not known. Nothing was sent.
   * @throws RangeError A value can't be sent. Nothing was sent.
   * @throws SuperResolutionError The call failed.
   * @throws The reason of settings.signal, when it was aborted.
   */
  upscale(request: Asked<Image>, settings?: CallSettings): AsyncGenerator<UpscaleEvent, void, undefined> {
    return this.calls.upscale(request, settings);
  }

  /**
   * Lists the models that are ready, and the limits of the server.
   * @throws TypeError A setting has the wrong type, or a name that is not known.
   * @throws RangeError A setting can't be used.
   * @throws SuperResolutionError The call failed.
   * @throws The reason of settings.signal, when it was aborted.
   */
  listModels(settings?: CallSettings): Promise<ListModelsResponse> {
    return this.calls.listModels(settings);
  }
}
