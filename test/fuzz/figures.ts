import { readFileSync, writeFileSync } from 'node:fs';

const readme = new URL('README.md', import.meta.url);

/** Replaces the part of README.md between the marks `<!-- name -->` and `<!-- /name -->`. */
export function writeFigures(name: string, text: string): void {
  const document = readFileSync(readme, 'utf8');
  const start = document.indexOf(`<!-- ${name} -->`);
  const end = document.indexOf(`<!-- /${name} -->`);
  if (start === -1 || end === -1) throw new Error(`README.md has no part "${name}"`);
  const from = start + `<!-- ${name} -->`.length;
  writeFileSync(readme, `${document.slice(0, from)}\n${text}\n${document.slice(end)}`);
  console.log(text);
}
