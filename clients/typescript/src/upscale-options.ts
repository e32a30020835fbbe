import type { Fit, Format, Sampling } from './choices.js';

/** What a caller may ask for, beside the image. What is absent is up to the server. */
export interface UpscaleOptions {
  /** Model as "name" (its newest version) or "name@version"; the server's default when absent. */
  model?: string | undefined;
  /** Factor between the sides of result and input; from the image's size when absent. */
  scale?: number | undefined;
  /** Samples to draw; 1 when absent. */
  samples?: number | undefined;
  /** Seed of the random numbers; drawn when absent. The same request with the same seed gives the same images. */
  seed?: bigint | number | undefined;
  /** Both temperatures, 0 to 10; the model's when absent. */
  temperature?: number | undefined;
  /** Temperature of the latent groups that the image conditions, 0 to 10; `temperature` when absent. */
  encoderTemperature?: number | undefined;
  /** Temperature of the other latent groups, 0 to 10; `temperature` when absent. */
  priorTemperature?: number | undefined;
  /** How pixels are taken; the model's own way when absent. */
  pixelSampling?: Sampling | undefined;
  /** Projects each result onto the images whose downscaling is the input. */
  consistency?: boolean | undefined;
  /** What happens to an image of another size than the model's input: 'exact', it is refused, or 'crop'. 'exact' when absent. */
  fit?: Fit | undefined;
  /** Format of the previews; 'png' when absent. */
  previewFormat?: Format | undefined;
  /** Format of the results; 'png' when absent. */
  resultFormat?: Format | undefined;
  /** Quality of JPEG and WebP, 1 to 100; 90 when absent. */
  quality?: number | undefined;
  /** Resolutions to preview; all below the output size when absent or empty. */
  previewResolutions?: readonly number[] | undefined;
  /** Stops after this resolution and gives its preview as the result. */
  stopAt?: number | undefined;
  /** Sends an event after each latent group. */
  reportGroups?: boolean | undefined;

  /** Another name of `samples`. */
  sampleCount?: number | undefined;
  /** Another name of `consistency`. */
  enforceConsistency?: boolean | undefined;
  /** Another name of `fit`. */
  inputFit?: Fit | undefined;
  /** Another name of `stopAt`. */
  stopAtResolution?: number | undefined;
}
