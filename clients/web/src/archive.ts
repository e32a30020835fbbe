import { downloadZip } from 'client-zip';
import { resize } from './bicubic';
import { imageFile, pngFile, suffixOf } from './pixels';
import type { Run } from './run';

interface Entry {
  readonly name: string;
  readonly input: Blob | string;
}

/** All of a run in one file: the samples, the small picture, its bicubic enlargement, and how to have the same again. */
export async function archive(run: Run, link: string): Promise<{ file: Blob; name: string }> {
  const { picture, settings } = run.wish;
  const name = (picture.sample ?? picture.name).replace(/\.[^.]*$/, '').replace(/[^\w.-]+/g, '-');
  const title = `cvdvae-${name}-x${settings.scale}-seed-${settings.seed}`;
  const entries: Entry[] = [];
  for (const { number, stages } of run.samples) {
    const last = stages.at(-1);
    if (last) {
      const file = await imageFile(last.image);
      entries.push({ name: `sample-${number}-${last.resolution}.${suffixOf(file)}`, input: file });
    }
  }
  if (run.input) {
    const { pixels } = run.input;
    const size = run.started?.outputSize ?? pixels.width;
    entries.push(
      { name: 'picture.png', input: await pngFile(pixels) },
      { name: 'bicubic.png', input: await pngFile(resize(pixels, size, size)) },
    );
  }
  entries.push({ name: 'call.json', input: describe(run, link) });
  return {
    file: await downloadZip(entries.map((entry) => ({ ...entry, name: `${title}/${entry.name}`, lastModified: new Date() }))).blob(),
    name: `${title}.zip`,
  };
}

/** The call, for people and programs; the seed as text, because it may be larger than numbers of JSON are exact. */
function describe({ wish: { settings, picture, square }, started }: Run, link: string): string {
  const { model, scale, sampleCount, encoderTemperature, priorTemperature, enforceConsistency, seed } = settings;
  return `${JSON.stringify(
    {
      picture: picture.name,
      ...(picture.sample === undefined && { square }),
      model: started?.model ?? model,
      scale,
      samples: sampleCount,
      seed: String(started?.seed ?? seed),
      encoder_temperature: encoderTemperature,
      prior_temperature: priorTemperature,
      consistency: enforceConsistency,
      link,
    },
    null,
    2,
  )}\n`;
}
