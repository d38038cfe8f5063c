import { describe, expect, it } from 'vitest';
import { createCursors, pageOf } from '../../../src/api/cursors.ts';
import { isMatch, readTags } from '../../../src/api/etags.ts';
import { pointerOf } from '../../../src/api/problems.ts';

describe('Entity tags', () => {
  it('are read as RFC 9110 writes them', () => {
    expect(readTags('"a", "b,c" ,W/"d"', 'weak')).toEqual(['"a"', '"b,c"', '"d"']);
    expect(readTags('"a", W/"d"', 'strong')).toEqual(['"a"']);
    expect(readTags(' * ', 'strong')).toEqual(['*']);
    expect(readTags(undefined, 'strong')).toEqual([]);
    expect([isMatch(['*'], 'x'), isMatch(['"a"'], 'x'), isMatch(['"a"', '"x"'], 'x')]).toEqual([true, false, true]);
    expect(isMatch(readTags('"*"', 'strong'), 'x')).toBe(false);
  });

  it.each(['a', '"a', '"a" "b"', "'a'", `${'"a",'.repeat(60)}"a"`])('refuse %s', (text) => {
    expect(() => readTags(text, 'strong')).toThrow('request-invalid');
  });

  it('are read in time that does not grow out of hand', () => {
    const began = performance.now();
    for (const text of [`${' '.repeat(8000)}x`, `"${'a'.repeat(8000)}`, `${'"a" '.repeat(2000)}`]) {
      expect(() => readTags(text, 'weak')).toThrow();
    }
    expect(performance.now() - began).toBeLessThan(200);
  });
});

describe('Cursors', () => {
  const keys = [new Uint8Array(32).fill(1)];
  const cursors = createCursors(() => keys);

  it('open where they were made for, and nowhere else', () => {
    const cursor = cursors.seal(['Okta, 日本', 7], 'person a\0acme\0list\0[]');
    expect(cursors.open(cursor, 'person a\0acme\0list\0[]')).toEqual(['Okta, 日本', 7]);
    for (const context of [
      'person b\0acme\0list\0[]',
      'person a\0globex\0list\0[]',
      'person a\0acme\0list\0[["kind","x"]]',
    ])
      expect(() => cursors.open(cursor, context)).toThrow('cursor-invalid');
    for (const forged of ['', 'x', `${cursor}x`, cursor.slice(1), `W10.${cursor.split('.')[1]}`, `${cursor}.${cursor}`])
      expect(() => cursors.open(forged, 'person a\0acme\0list\0[]')).toThrow('cursor-invalid');
    expect(cursor).toMatch(/^[\w.-]+$/);
  });

  it('go on with the key after a rotation', () => {
    const later = createCursors(() => [new Uint8Array(32).fill(2), ...keys]);
    expect(later.open(cursors.seal([1], 'c'), 'c')).toEqual([1]);
  });

  it('find the place again when items come and go', () => {
    const keyOf = (item: string) => [item];
    const first = pageOf(['d', 'a', 'c', 'b'], keyOf, { limit: 2, after: undefined });
    expect(first).toEqual({ items: ['a', 'b'], last: ['b'] });
    expect(pageOf(['a', 'ab', 'c', 'd'], keyOf, { limit: 2, after: first.last })).toEqual({
      items: ['c', 'd'],
      last: undefined,
    });
  });
});

describe('A pointer', () => {
  it('escapes as RFC 6901 says', () => {
    expect(pointerOf([])).toBe('#');
    expect(pointerOf(['a/b', 0, 'm~n', 'あ'])).toBe('#/a~1b/0/m~0n/%E3%81%82');
  });
});
