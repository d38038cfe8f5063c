import { describe, expect, it } from 'vitest';
import * as errors from '../../../providers/errors.ts';
import { accountsEnglish } from '../../../src/accounts/views/messages-en.ts';
import { accountsJapanese } from '../../../src/accounts/views/messages-ja.ts';
import { languages } from '../../../src/core/language.ts';
import { explanations } from '../../../src/signin/explanations.ts';

const codes = errors.providerErrorCodes;

describe('Every way in which an upstream can fail', () => {
  it('has its explanation, and there is none for what cannot happen', () => {
    expect(Object.keys(explanations).sort()).toEqual([...codes].sort());
  });

  it.each(codes)('%s is told to the person, the administrator and the log', (code) => {
    const { person, meaning, remedy, level } = explanations[code];
    for (const texts of [accountsEnglish, accountsJapanese]) {
      expect(texts.upstream[person].title).toMatch(/\S/);
      expect(texts.upstream[person].text('Contoso')).toContain('Contoso');
    }
    for (const text of [meaning, remedy]) {
      expect(text.en.length).toBeGreaterThan(20);
      expect(text.en).toMatch(/^\p{Lu}.*[.)]$/u);
      expect(text.ja).toMatch(/[\p{Script=Hiragana}].*。$/u);
    }
    expect(['info', 'warn']).toContain(level);
  });

  it('has a meaning of its own in each language: no two failures read the same', () => {
    for (const language of languages) {
      expect(new Set(Object.values(explanations).map(({ meaning }) => meaning[language])).size).toBe(codes.length);
    }
  });

  it('says nothing exact to the person: many causes, few pages (CLM-1)', () => {
    expect(new Set(Object.values(explanations).map(({ person }) => person)).size).toBeLessThanOrEqual(4);
  });
});
