import { describe, expect, it } from 'vitest';
import { accountsMessages } from '../../../src/accounts/views/messages.ts';
import { consoleMessages } from '../../../src/console/views/messages.ts';
import { pickLanguage, translations } from '../../../src/core/language.ts';
import { sharedMessages } from '../../../src/http/views/messages/messages.ts';
import { workspaceMessages } from '../../../src/workspace/views/messages.ts';

describe('the language of a page', () => {
  it('is what was chosen before what the browser prefers', () => {
    expect(pickLanguage({ uiLocales: 'ja', cookie: 'en', acceptLanguage: 'en' })).toBe('ja');
    expect(pickLanguage({ cookie: 'ja', acceptLanguage: 'en' })).toBe('ja');
  });

  it('takes the first of ui_locales that we speak', () => {
    expect(pickLanguage({ uiLocales: 'fr-CA ja-JP en' })).toBe('ja');
  });

  it('weighs Accept-Language and honours q=0', () => {
    expect(pickLanguage({ acceptLanguage: 'en;q=0.5, ja;q=0.9' })).toBe('ja');
    expect(pickLanguage({ acceptLanguage: 'fr, ja-JP;q=0.8, en;q=0.7' })).toBe('ja');
    expect(pickLanguage({ acceptLanguage: 'ja;q=0, en' })).toBe('en');
    expect(pickLanguage({ acceptLanguage: 'en-US,en;q=0.9,ja;q=0.8' })).toBe('en');
  });

  it.each(['', '*', 'fr', ';;;', 'q=1', ',', 'x'.repeat(100_000)])('is English for %j', (acceptLanguage) => {
    expect(pickLanguage({ acceptLanguage, cookie: '../ja', uiLocales: '' })).toBe('en');
  });

  it('does not compile when a text is missing in one language or exists only there', () => {
    // @ts-expect-error `b` is missing in Japanese
    translations({ en: { a: 'a', b: 'b' }, ja: { a: 'あ' } });
    // @ts-expect-error `c` exists only in Japanese
    translations({ en: { a: 'a' }, ja: { a: 'あ', c: 'う' } });
    // @ts-expect-error a text with parameters must be one in both
    translations({ en: { a: (n: number) => `${n}` }, ja: { a: (n: string) => n } });
  });
});

describe.each([
  ['shared', sharedMessages],
  ['accounts', accountsMessages],
  ['console', consoleMessages],
  ['workspace', workspaceMessages],
])('the %s texts', (_, messages) => {
  const english = leaves(messages.en);
  const japanese = leaves(messages.ja);

  it('are all there in both languages', () => {
    expect([...japanese.keys()]).toEqual([...english.keys()]);
    for (const [key, text] of [...english, ...japanese]) expect(text || key.endsWith('separator'), key).toBeTruthy();
  });

  it('are Japanese in Japanese, with full-width punctuation', () => {
    for (const [key, text] of japanese) {
      if (text === '' || text === 'PIN') continue;
      expect(text, key).toMatch(/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u);
      expect(text, key).not.toMatch(/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}][?!,.:;(]/u);
    }
  });
});

/** Every text by its key path; functions called with numbers or words. */
function leaves(value: unknown, path = ''): Map<string, string> {
  if (typeof value === 'string') return new Map([[path, value]]);
  if (typeof value === 'function') return new Map([[path, String(value('3', '4', '5'))]]);
  return new Map(Object.entries(value as object).flatMap(([key, inner]) => [...leaves(inner, `${path}.${key}`)]));
}
