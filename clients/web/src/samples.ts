/** The project's own small pictures, by scale and name; the build copies them. */
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
