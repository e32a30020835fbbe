import { Picture } from './picture';

/** The project's own small pictures, by scale and name, and what they were made of; the build copies them. */
const files = import.meta.glob<string>('../../../samples/*.png', { query: '?url', import: 'default', eager: true });

export interface SampleFile {
  /** Name without the scale. */
  readonly name: string;
  readonly url: string;
}

/** The pictures for a scale, by name. */
export function samplesFor(scale: number): SampleFile[] {
  return Object.entries(files).flatMap(([path, url]) => {
    const name = new RegExp(`([^/]+)-x${scale}\\.png$`).exec(path)?.[1];
    return name === undefined ? [] : [{ name, url }];
  });
}

/** Where the large picture lies that a sample was made of; undefined: nowhere. */
export function originalOf(name: string): string | undefined {
  return Object.entries(files).find(([path]) => path.endsWith(`/${name}-original.png`))?.[1];
}

const read = new Map<string, Promise<Picture>>();

/** Reads a sample once; what a click needs is there before it, then. */
export function readSample({ name, url }: SampleFile): Promise<Picture> {
  let picture = read.get(url);
  if (!picture) {
    picture = fetch(url).then(async (response) => Picture.read(await response.blob(), { name, sample: name }));
    read.set(url, picture);
    picture.catch(() => read.delete(url));
  }
  return picture;
}
