import { type EncodedImage, ImageFormat } from 'cvdvae/web';

/** Rows of RGB to what a canvas takes. */
export function rgbToImageData({ data, width, height }: EncodedImage): ImageData {
  const pixels = new ImageData(width, height);
  for (let from = 0, to = 0; to < pixels.data.length; from += 3, to += 4) {
    pixels.data[to] = data[from]!;
    pixels.data[to + 1] = data[from + 1]!;
    pixels.data[to + 2] = data[from + 2]!;
    pixels.data[to + 3] = 255;
  }
  return pixels;
}

/** An image ready to be drawn: at once where it came as pixels, after decoding else. */
export function decode(image: EncodedImage): ImageData | Promise<ImageBitmap> {
  return image.format === ImageFormat.RAW_RGB ? rgbToImageData(image) : createImageBitmap(toBlob(image));
}

/** An encoded image as a file. */
export function toBlob({ data, format }: EncodedImage): Blob {
  const type = format === ImageFormat.JPEG ? 'image/jpeg' : format === ImageFormat.WEBP ? 'image/webp' : 'image/png';
  return new Blob([new Uint8Array(data)], { type });
}

/** Draws on a canvas of the image's own size; the style sheet enlarges it. */
export function drawOn(canvas: HTMLCanvasElement, image: ImageData | ImageBitmap): void {
  if (canvas.width !== image.width || canvas.height !== image.height) {
    canvas.width = image.width;
    canvas.height = image.height;
  }
  const drawing = canvas.getContext('2d')!;
  if (image instanceof ImageData) {
    drawing.putImageData(image, 0, 0);
  } else {
    drawing.drawImage(image, 0, 0);
  }
}
