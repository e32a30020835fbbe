import { ImageFormat, InputFit, PixelSampling } from './gen/cvdvae/v1/super_resolution_service_pb.js';

/** What happens to an image whose size is not an input size of the model: it is refused, or its middle square is cut out and resized. */
export const fits = { exact: InputFit.EXACT, crop: InputFit.CROP_AND_RESIZE } as const;

/** How an image is stored; `raw` is rows of 8-bit RGB from the top, without a header. */
export const formats = { png: ImageFormat.PNG, jpeg: ImageFormat.JPEG, webp: ImageFormat.WEBP, raw: ImageFormat.RAW_RGB } as const;

/** How pixels are taken from the model's distribution: a random draw, the most likely one without noise, or the expectation. */
export const pixelSamplings = { sample: PixelSampling.SAMPLE, mode: PixelSampling.MODE, mean: PixelSampling.MEAN } as const;

/** A word for a way to treat images of another size, or the protocol's value. */
export type Fit = keyof typeof fits | InputFit;

/** A word for a format, or the protocol's value. */
export type Format = keyof typeof formats | ImageFormat;

/** A word for a way to take pixels, or the protocol's value. */
export type Sampling = keyof typeof pixelSamplings | PixelSampling;
