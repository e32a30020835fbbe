import { element } from './dom';
import { drawOn } from './pixels';
import type { Picture, Square } from './picture';

const keyStep = 0.02;
const leastShare = 0.05;

/** The chosen picture, with a square on it that a pointer or the keyboard moves. */
export class CropBox {
  private readonly figure = element('chosen');
  private readonly canvas = element<HTMLCanvasElement>('picture');
  private readonly box = element('crop-box');
  private readonly size = element<HTMLInputElement>('crop-size');
  private readonly sizeRow = element('crop-size-row');
  private picture: Picture | undefined;
  square: Square = { x: 0, y: 0, size: 1 };

  /** @param moved Called when the square has moved. */
  constructor(private readonly moved: () => void) {
    this.size.addEventListener('input', () => this.resize(this.size.valueAsNumber / 100));
    this.box.addEventListener('keydown', (event) => this.key(event));
    this.box.addEventListener('pointerdown', (event) => this.drag(event));
    this.box.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.resize(this.share * (event.deltaY < 0 ? 1.05 : 0.95));
    }, { passive: false });
  }

  /** Shows a picture; with the square where only a part of it is used. */
  show(picture: Picture, isExact: boolean): void {
    if (picture !== this.picture) {
      this.choose(picture);
    }
    this.figure.hidden = false;
    this.box.hidden = this.sizeRow.hidden = isExact;
    element('chosen-name').textContent = `${picture.name}, ${picture.width} × ${picture.height}${isExact ? '' : '; the square is used'}`;
  }

  /** Takes a picture, with the square in its middle unless another one is given. */
  choose(picture: Picture, square = picture.middle): void {
    this.picture = picture;
    drawOn(this.canvas, picture.view);
    this.canvas.classList.toggle('tiny', picture.view.width < 128);
    this.square = square;
    this.size.value = String(Math.round(this.share * 100));
    this.place();
  }

  private get share(): number {
    return this.square.size / this.most;
  }

  private get most(): number {
    return Math.min(this.width, this.height);
  }

  private get width(): number {
    return this.picture?.width ?? 1;
  }

  private get height(): number {
    return this.picture?.height ?? 1;
  }

  /** Changes the size around the middle. */
  private resize(share: number): void {
    const size = Math.max(1, Math.round(this.most * Math.min(1, Math.max(leastShare, share))));
    const { x, y, size: before } = this.square;
    this.move({ x: x + (before - size) / 2, y: y + (before - size) / 2, size });
    this.size.value = String(Math.round(this.share * 100));
  }

  private move({ x, y, size }: Square): void {
    const within = (place: number, length: number) => Math.round(Math.min(length - size, Math.max(0, place)));
    this.square = { x: within(x, this.width), y: within(y, this.height), size };
    this.place();
    this.moved();
  }

  private place(): void {
    const { width, height, square: { x, y, size } } = this;
    const style = this.box.style;
    style.setProperty('left', `${(100 * x) / width}%`);
    style.setProperty('top', `${(100 * y) / height}%`);
    style.setProperty('width', `${(100 * size) / width}%`);
    style.setProperty('height', `${(100 * size) / height}%`);
  }

  private key(event: KeyboardEvent): void {
    const step = Math.max(1, Math.round(this.most * keyStep));
    const { x, y, size } = this.square;
    switch (event.key) {
      case 'ArrowLeft': this.move({ x: x - step, y, size }); break;
      case 'ArrowRight': this.move({ x: x + step, y, size }); break;
      case 'ArrowUp': this.move({ x, y: y - step, size }); break;
      case 'ArrowDown': this.move({ x, y: y + step, size }); break;
      case '+': case '=': this.resize(this.share + 2 * keyStep); break;
      case '-': this.resize(this.share - 2 * keyStep); break;
      default: return;
    }
    event.preventDefault();
  }

  private drag(start: PointerEvent): void {
    const pixels = this.width / this.canvas.getBoundingClientRect().width;
    const { x, y, size } = this.square;
    this.box.setPointerCapture(start.pointerId);
    const moved = (event: PointerEvent) => this.move({ x: x + (event.clientX - start.clientX) * pixels, y: y + (event.clientY - start.clientY) * pixels, size });
    this.box.addEventListener('pointermove', moved);
    this.box.addEventListener('lostpointercapture', () => this.box.removeEventListener('pointermove', moved), { once: true });
  }
}
