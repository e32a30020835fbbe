import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import license from 'rollup-plugin-license';
import texts from 'spdx-license-list/full.js';

const packages = fileURLToPath(new URL('../node_modules/', import.meta.url));
const own = 'cvdvae';
const rule = `\n${'-'.repeat(80)}\n\n`;

/** Writes the licences of what the page's scripts have of others beside them. A work whose terms can't be told fails the build. */
export function notices(file) {
  return license({ thirdParty: { output: { file, template: (dependencies) => render(dependencies.filter(({ name }) => name !== own)) } } });
}

function render(works) {
  const identifiers = [...new Set(works.filter(({ licenseText }) => !licenseText).flatMap(identifiersOf))].sort();
  return [
    'Third-party notices\n\nThe scripts of this page contain the following works.\n',
    ...works.sort((a, b) => a.name.localeCompare(b.name)).map(describe),
    ...identifiers.map((identifier) => `${texts[identifier].name} (${identifier})\n\n${withoutBlanks(texts[identifier].licenseText)}\n`),
  ].join(rule);
}

function describe(work) {
  const { name, version, license: terms, licenseText, noticeText } = work;
  const holders = copyrights(name);
  if (!licenseText && holders.length === 0) {
    throw new Error(`${name}: nothing says whose it is`);
  }
  return [`${name} ${version}`, `Licence: ${terms}`, address(work), ...holders, ...[licenseText, noticeText].filter(Boolean).map((text) => `\n${text.trim()}`)].filter(Boolean).join('\n') + '\n';
}

/** The identifiers in an SPDX expression. */
function identifiersOf({ name, license: expression }) {
  const identifiers = (expression ?? '').match(/[A-Za-z0-9][A-Za-z0-9.-]*/g)?.filter((word) => !['AND', 'OR', 'WITH'].includes(word)) ?? [];
  if (identifiers.length === 0 || identifiers.some((identifier) => !(identifier in texts))) {
    throw new Error(`${name}: its licence '${expression}' has no known text`);
  }
  return identifiers;
}

/** Who holds the copyright, by the headers of a package's sources. */
function copyrights(name) {
  const files = readdirSync(`${packages}${name}`, { recursive: true }).filter((path) => /\.(js|ts)$/.test(path) && !path.includes('node_modules'));
  return [...new Set(files.flatMap((path) => readFileSync(`${packages}${name}/${path}`, 'utf8').match(/Copyright (\(c\) )?\d{4}[^\n*]*/gi) ?? []).map((line) => line.trim()))].sort();
}

function address({ homepage, repository }) {
  return homepage ?? (typeof repository === 'string' ? repository : repository?.url)?.replace(/^git\+|\.git$/g, '').replace(/^ssh:\/\/git@/, 'https://');
}

/** A licence without the line for the names, which stand with each work. */
function withoutBlanks(text) {
  return text.replace(/^Copyright .*<(year|owner|copyright holders?)>.*\n+/gim, '').trim();
}
