/** Which terms are in force, and what is refused at the start. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTermsOfService } from '../../../src/config/terms-of-service.ts';

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});
function folderWith(files: Record<string, string | Uint8Array>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-terms-'));
  made.push(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

describe('the terms of service in force', () => {
  it('come along with the program, in both languages', () => {
    const { version, texts } = readTermsOfService({ terms: undefined });
    expect(version).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(texts.en).toContain('# 1.');
    expect(texts.ja).toContain('# 1.');
    expect(texts.en.match(/^# /gm)).toHaveLength(texts.ja.match(/^# /gm)!.length);
  });

  it('are the last version by name, numbers read as numbers', () => {
    const folder = folderWith({
      '2.en.txt': 'two',
      '2.ja.txt': '二',
      '10.en.txt': 'ten\r\nlines',
      '10.ja.txt': '十',
      'notes.md': 'x',
    });
    expect(readTermsOfService({ terms: folder })).toEqual({ version: '10', texts: { en: 'ten\nlines', ja: '十' } });
  });

  it.each([
    ['no folder', () => '/nowhere/at/all', 'ENOENT'],
    ['no version', () => folderWith({ 'terms.txt': 'x' }), 'no file'],
    ['one language only', () => folderWith({ '1.en.txt': 'x' }), 'lacks 1.ja.txt'],
    ['an empty text', () => folderWith({ '1.en.txt': ' \n', '1.ja.txt': 'x' }), 'empty'],
    ['bytes that are no UTF-8', () => folderWith({ '1.en.txt': Uint8Array.of(0xff, 0xfe), '1.ja.txt': 'x' }), 'UTF-8'],
  ])('are refused when there is %s', (_what, folder, why) => {
    expect(() => readTermsOfService({ terms: folder() })).toThrow(why);
    expect(() => readTermsOfService({ terms: folder() })).toThrow('SEKISHO_TERMS');
  });
});
