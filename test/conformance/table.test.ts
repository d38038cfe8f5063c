/** The table in README.md is a promise: every module in it has its file, and every file its row. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const here = new URL('./', import.meta.url);

it('The table names the modules that have a file, no more and no fewer', () => {
  const rows = [...readFileSync(new URL('README.md', here), 'utf8').matchAll(/^\| (oidcc-[\w-]+) +\|/gm)];
  const files = readdirSync(here).filter((name) => name.startsWith('oidcc-') && name.endsWith('.test.ts'));
  expect(rows.map(([, name]) => `${name}.test.ts`).sort()).toEqual(files.sort());
});
