import { element } from './dom';
import { type Picture, type Square, squareKey } from './picture';
import { drawOn } from './pixels';

/** A square that is still being moved is waited for. */
const restMilliseconds = 120;
const isAll = 'This is all that the network will see of it, and all that is sent to the server.';

/** What the network will see of a picture of the visitor's, and what the model knows: before anything is drawn. */
export class Seen {
  private readonly box = element('seen');
  private readonly knows = element('seen-knows').querySelector('span')!;
  private readonly canvas = element<HTMLCanvasElement>('seen-small');
  private picture: Picture | undefined;
  private turn = 0;

  hide(): void {
    this.turn++;
    this.box.hidden = true;
  }

  /** Shows it once the square rests. Returns whether it did: false where something else has come since. */
  async show(picture: Picture, square: Square, size: number, description: string): Promise<boolean> {
    const turn = ++this.turn;
    element('seen-text').textContent = picture.fits(size)
      ? `Your picture has the size that the network sees, ${size} × ${size} pixels: this is it.`
      : `${cutting(picture, square)} shrunk to ${size} × ${size} pixels. ${isAll}`;
    this.knows.textContent =
      description === ''
        ? 'The model knows only the kind of pictures that it was trained on, and this server does not say which.'
        : `The model knows only pictures of this kind: ${description}`;
    if (picture !== this.picture) {
      this.picture = picture;
      this.canvas.width = this.canvas.height = 1;
    }
    this.box.hidden = false;
    await new Promise((resolve) => setTimeout(resolve, restMilliseconds));
    if (turn !== this.turn) {
      return false;
    }
    const pixels = await picture.shrink(square, size);
    if (turn !== this.turn) {
      return false;
    }
    drawOn(this.canvas, pixels);
    return true;
  }
}

/** What happens to the picture before it is shrunk. */
function cutting({ width, height, middle }: Picture, square: Square): string {
  const isMiddle = squareKey(square, 0) === squareKey(middle, 0);
  return isMiddle && width === height ? 'Your picture is' : `The ${isMiddle ? 'middle ' : ''}square of your picture is cut out and`;
}
