/** The table in README.md is a promise: every test in it has its file, every file its row, and every row an answer. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const here = new URL('./', import.meta.url);
const text = readFileSync(new URL('README.md', here), 'utf8');

it('The table names the attacks that have a file, no more and no fewer', () => {
  const named = new Set([...text.matchAll(/\(([\w.-]+\.test\.ts)\)/g)].map(([, name]) => name!));
  const files = readdirSync(here).filter((name) => name.endsWith('.test.ts') && name !== 'table.test.ts');
  expect([...named].sort()).toEqual(files.sort());
});

it('No row is left without a test or a reason', () => {
  const rows = [...text.matchAll(/^\| (?:SAML|RP|OP|ID|CON)-\S+ \|(.*)\|$/gm)];
  expect(rows.length).toBeGreaterThan(100);
  expect(rows.filter(([, row]) => row!.split('|').at(-1)!.trim().length < 10)).toEqual([]);
});
