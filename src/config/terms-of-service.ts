/**
 * The terms of service that administrators accept (SPEC CIT-10): the version in force, read once at the start.
 *
 * `<version>.en.txt` and `<version>.ja.txt` in a folder, UTF-8, plain text: blank lines part paragraphs, a line that
 * begins with `# ` is a heading. The version in force is the last by name, numbers as numbers; both languages or none.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Language, languages } from '../core/language.ts';
import { type Config, ConfigError } from './config.ts';

export interface TermsOfService {
  version: string;
  texts: Readonly<Record<Language, string>>;
}

const shipped = fileURLToPath(new URL('./terms', import.meta.url));
const longest = 200_000;

/** Throws `ConfigError` when the folder has no complete version. */
export function readTermsOfService({ terms: folder = shipped }: Pick<Config, 'terms'>): TermsOfService {
  const refuse = (problem: string): never => {
    throw new ConfigError([{ key: 'SEKISHO_TERMS', problem }]);
  };
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    return refuse(`cannot be read (${folder}: ${(error as NodeJS.ErrnoException).code})`);
  }
  const versions = names
    .map((name) => /^([A-Za-z0-9][A-Za-z0-9._-]{0,39})\.(?:en|ja)\.txt$/.exec(name)?.[1])
    .filter((version) => version !== undefined)
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
  const version = versions.at(-1);
  if (version === undefined) return refuse(`has no file <version>.en.txt (${folder})`);
  const read = (language: Language): string => {
    const name = `${version}.${language}.txt`;
    if (!names.includes(name)) return refuse(`lacks ${name}: every version is in every language`);
    const bytes = readFileSync(join(folder, name));
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n').trim();
    } catch {
      return refuse(`has a file that is not UTF-8 (${name})`);
    }
    if (text === '' || text.length > longest) return refuse(`has a file that is empty or too long (${name})`);
    return text;
  };
  const texts = Object.fromEntries(languages.map((language) => [language, read(language)])) as Record<Language, string>;
  return { version, texts };
}
