/** How samples differ: what they agree on, and where they do not. */

/** Gains that are offered to eyes, largest first. */
const gains = [32, 16, 8, 4, 2, 1];
const shownShare = 0.99;
const mostLevel = 255;
const overlayColour = [255, 140, 0] as const;
/** What is left of the sample's own brightness under the overlay. */
const dimmed = 0.45;

/** The mean of images of one size. */
export function meanOf(images: readonly ImageData[]): ImageData {
  const [first] = images;
  if (!first) {
    throw new RangeError('there is no mean of no images');
  }
  const mean = new ImageData(first.width, first.height);
  mean.data.forEach((_, index) => {
    mean.data[index] = images.reduce((sum, { data }) => sum + data[index]!, 0) / images.length;
  });
  return mean;
}

/** Mean absolute difference of two images of one size, in levels of 0 to 255. */
export function distance(first: ImageData, second: ImageData): number {
  const all = differences(first, second);
  return all.reduce((sum, levels) => sum + levels, 0) / all.length;
}

/** The largest gain at which hardly any difference of the images from the first is cut off. */
export function gainFor(first: ImageData, others: readonly ImageData[]): number {
  const all = others.flatMap((other) => [...differences(first, other)]).sort((a, b) => a - b);
  const large = Math.max(1, all[Math.floor(shownShare * (all.length - 1))] ?? 1);
  return gains.find((gain) => gain * large <= mostLevel) ?? 1;
}

/** An image in grey, with colour where it differs from another: as much as the largest difference of its channels, times the gain. */
export function overlay(first: ImageData, image: ImageData, gain: number): ImageData {
  const shown = new ImageData(image.width, image.height);
  const { data } = image;
  for (let at = 0; at < data.length; at += 4) {
    const largest = Math.max(...[0, 1, 2].map((channel) => Math.abs(data[at + channel]! - first.data[at + channel]!)));
    const part = Math.min(1, (largest * gain) / mostLevel);
    const grey = dimmed * (0.2126 * data[at]! + 0.7152 * data[at + 1]! + 0.0722 * data[at + 2]!);
    overlayColour.forEach((level, channel) => (shown.data[at + channel] = grey + part * (level - grey)));
    shown.data[at + 3] = mostLevel;
  }
  return shown;
}

/** Absolute differences of the colours of two images. */
function differences({ data }: ImageData, other: ImageData): Float32Array {
  const all = new Float32Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    for (let channel = 0; channel < 3; channel++) {
      all[to++] = Math.abs(data[from + channel]! - other.data[from + channel]!);
    }
  }
  return all;
}
