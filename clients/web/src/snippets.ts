import type { Settings } from './link';

/** What a snippet calls with. */
export interface Call {
  readonly settings: Settings;
  /** Path or name of the picture's file. */
  readonly file: string;
  /** Whether the file is larger than what the network sees, and its middle square is to be taken. */
  readonly isCropped: boolean;
  /** Address of the server's gRPC endpoint. */
  readonly server: string;
  /** Whether the server wants a key; the key itself is in no snippet. */
  readonly hasKey: boolean;
}

export const languages = ['Python', 'C#', 'TypeScript', 'Command line'] as const;
export type Language = (typeof languages)[number];

/** Where what a program needs comes from. */
export const origins: Readonly<Record<Language, string>> = {
  Python: 'It needs the package cvdvae: make python-wheel makes it in a clone of the project, and clients/python/README.md says how to install it.',
  'C#': 'It needs the package Cvdvae.Client: make csharp-package makes it in a clone of the project, and clients/Cvdvae.Client/README.md says how to install it.',
  TypeScript: 'It needs the package cvdvae: make typescript-package makes it in a clone of the project, and clients/typescript/README.md says how to install it.',
  'Command line': 'The program is clients/Cvdvae.Cli/bin/Release/net10.0/cvdvae in a clone of the project, after make services.',
};

/** How a language writes values. */
interface Values {
  readonly text: (value: string) => string;
  readonly number: (value: number) => string;
  readonly seed: (value: bigint) => string;
  readonly yes: string;
  readonly crop: string;
}

type Option = readonly [name: string, value: string];

const writers: Readonly<Record<Language, (call: Call) => string>> = {
  Python: python,
  'C#': csharp,
  TypeScript: typescript,
  'Command line': commandLine,
};

/** The call of the page as a program. */
export function snippet(language: Language, call: Call): string {
  return writers[language](call);
}

/** Options by the names that all languages agree on, small and with underscores; values as `write` says. */
function options({ settings, isCropped }: Call, write: Values): Option[] {
  const { sampleCount, scale, seed, model, encoderTemperature, priorTemperature, enforceConsistency } = settings;
  const isOne = encoderTemperature === priorTemperature;
  return [
    ...(model === '' ? [] : [['model', write.text(model)] as const]),
    ['samples', String(sampleCount)],
    ['scale', String(scale)],
    ...(seed === undefined ? [] : [['seed', write.seed(seed)] as const]),
    ...(isOne
      ? [['temperature', write.number(encoderTemperature)] as const]
      : [
          ['encoder_temperature', write.number(encoderTemperature)] as const,
          ['prior_temperature', write.number(priorTemperature)] as const,
        ]),
    ...(enforceConsistency ? [['consistency', write.yes] as const] : []),
    ...(isCropped ? [['fit', write.crop] as const] : []),
  ];
}

function python(call: Call): string {
  const all = options(call, { text: JSON.stringify, number: String, seed: String, yes: 'True', crop: '"crop"' });
  return `import cvdvae

with cvdvae.Client("${call.server}"${call.hasKey ? ', api_key="..."' : ''}) as client:
    for event in client.upscale(
        ${JSON.stringify(call.file)},
${all.map(([name, value]) => `        ${name}=${value},`).join('\n')}
    ):
        if isinstance(event, cvdvae.Result):
            event.image.save(f"sample-{event.sample_index + 1}.png")
`;
}

function csharp(call: Call): string {
  const all = options(call, {
    text: JSON.stringify,
    number: (value) => `${value}f`,
    seed: String,
    yes: 'true',
    crop: 'InputFit.CropAndResize',
  });
  const client = call.hasKey ? `new SuperResolutionClientOptions { Address = "${call.server}", ApiKey = "..." }` : `"${call.server}"`;
  return `using Cvdvae.Client;
using Cvdvae.V1;

using var client = new SuperResolutionClient(${client});
var options = new UpscaleOptions
{
${all.map(([name, value]) => `    ${pascal(name)} = ${value},`).join('\n')}
};
await foreach (UpscaleEvent item in client.UpscaleAsync(${JSON.stringify(call.file)}, options))
{
    if (item is ResultEvent result)
    {
        File.WriteAllBytes($"sample-{result.SampleIndex + 1}.png", result.Image.Data.ToArray());
    }
}
`;
}

function typescript(call: Call): string {
  const all = options(call, { text: quoted, number: String, seed: (value) => `${value}n`, yes: 'true', crop: "'crop'" });
  const client = call.hasKey ? `{ address: '${call.server}', apiKey: '...' }` : `'${call.server}'`;
  return `import { readFile, writeFile } from 'node:fs/promises';
import { SuperResolutionClient } from 'cvdvae';

const client = new SuperResolutionClient(${client});
for await (const event of client.upscale({
  image: await readFile(${quoted(call.file)}),
${all.map(([name, value]) => `  ${camel(name)}: ${value},`).join('\n')}
})) {
  if (event.kind === 'result') {
    await writeFile(\`sample-\${event.sampleIndex + 1}.png\`, event.image.data);
  }
}
client.close();
`;
}

function commandLine(call: Call): string {
  const all = options(call, { text: String, number: String, seed: String, yes: '', crop: 'crop' });
  const words = all.map(([name, value]) => `--${name.replaceAll('_', '-')}${value === '' ? '' : ` ${value}`}`);
  return (
    [
      `cvdvae upscale ${shell(call.file)}`,
      '--output out',
      ...words,
      `--server ${call.server}`,
      ...(call.hasKey ? ['--api-key ...'] : []),
    ].join(' \\\n  ') + '\n'
  );
}

function pascal(name: string): string {
  return name.replace(/(^|_)([a-z])/g, (_, _start, letter: string) => letter.toUpperCase());
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** A word as shells take it. */
function shell(text: string): string {
  return /^[\w./@:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
