import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSid, formatSid, parseSid } from '../../../providers/protocols/sid.ts';
import { describeWithFixtures, sharedFixtures } from '../../support/skips.ts';

const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const sid = fc
  .tuple(
    fc.oneof(uint32, fc.integer({ min: 2 ** 32, max: 2 ** 48 - 1 })),
    fc.array(uint32, { minLength: 1, maxLength: 15 }),
  )
  .map(([authority, rest]) => {
    const hex = `0x${authority.toString(16).toUpperCase().padStart(12, '0')}`;
    return `S-1-${authority < 2 ** 32 ? authority : hex}-${rest.join('-')}`;
  });
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

describe('a SID', () => {
  it('is the same from text, bytes and Base64', () => {
    fc.assert(
      fc.property(sid, (text) => {
        const bytes = encodeSid(text) ?? new Uint8Array();
        expect(formatSid(bytes)).toBe(text);
        expect(parseSid(bytes)).toBe(text);
        expect(parseSid(base64(bytes))).toBe(text);
        expect(parseSid(text)).toBe(text);
        expect(parseSid(text.toLowerCase())).toBe(text);
      }),
    );
  });
  it('is read from bytes that stand inside a larger buffer', () => {
    const bytes = encodeSid('S-1-5-32-544') ?? new Uint8Array();
    const larger = new Uint8Array([9, 9, 9, ...bytes, 9]);
    expect(parseSid(larger.subarray(3, 3 + bytes.length))).toBe('S-1-5-32-544');
  });
  it('is canonical or nothing, whatever comes', () => {
    const near = fc.tuple(sid, fc.string()).map(([text, rest]) => text + rest);
    const bytes = fc.uint8Array({ maxLength: 80 });
    const anything = fc.oneof(fc.string({ unit: 'binary' }), near, bytes, bytes.map(base64));
    fc.assert(
      fc.property(anything, (value) => {
        const parsed = parseSid(value);
        if (parsed !== undefined) expect(parseSid(parsed)).toBe(parsed);
      }),
      { numRuns: 1_000 },
    );
  });
  it('writes a small authority in decimal even when it came in hexadecimal', () => {
    expect(parseSid('S-1-0x000000000005-32-544')).toBe('S-1-5-32-544');
    expect(parseSid('s-1-0xfFfFfFfFfFfF-1')).toBe('S-1-0xFFFFFFFFFFFF-1');
  });

  const valid = [...(encodeSid('S-1-5-32-544') ?? [])];
  it.each([
    ['a wrong revision', [2, ...valid.slice(1)]],
    ['more sub-authorities than there are bytes', [1, 3, ...valid.slice(2)]],
    ['bytes left over', [...valid, 0]],
    ['bytes missing', valid.slice(0, -1)],
    ['no sub-authority', [1, 0, 0, 0, 0, 0, 0, 5]],
    ['16 sub-authorities', [1, 16, 0, 0, 0, 0, 0, 5, ...new Array(64).fill(0)]],
    ['no bytes at all', []],
  ])('is refused in binary with %s', (_, bytes) => {
    expect(parseSid(new Uint8Array(bytes))).toBeUndefined();
    expect(parseSid(base64(new Uint8Array(bytes)))).toBeUndefined();
  });
  it.each([
    'S-1-5',
    'S-1-5-',
    'S-2-5-32-544',
    'S-1-5-32-4294967296',
    'S-1-4294967296-1',
    'S-1-5-032-544',
    'S-1-05-32-544',
    'S-1-0x5-32',
    'S-1-5-32-544\n',
    ' S-1-5-32-544',
    'S-1-5-32--544',
    'S-1-5-+32-544',
    `S-1-5${'-1'.repeat(16)}`,
    'AQIAAAAAAAUgAAAAIAIAAA',
    'AQIAAAAAAAUgAAAAIAIAAB==',
    'AQIAAAAAAAUgAAAA IAIAAA==',
  ])('is refused when it looks like %j', (text) => {
    expect(parseSid(text)).toBeUndefined();
  });
});

describe('a text far longer than any SID', () => {
  it('is refused without being decoded', () => {
    expect(parseSid('A'.repeat(1_000_000))).toBeUndefined();
    expect(parseSid(`S-1-5${'-1'.repeat(1_000_000)}`)).toBeUndefined();
  });
});

describeWithFixtures('the published SIDs', () => {
  const { sid: pairs, sid_invalid: invalid } = JSON.parse(
    readFileSync(new URL('ad-sid-guid.json', sharedFixtures), 'utf8'),
  ) as { sid: { text: string; b64: string; hex?: string }[]; sid_invalid: string[] };
  it.each(pairs)('$text comes from each of its forms', ({ text, b64, hex }) => {
    expect(parseSid(b64)).toBe(text);
    expect(parseSid(text)).toBe(text);
    expect(parseSid(Buffer.from(b64, 'base64'))).toBe(text);
    if (hex) expect(parseSid(Buffer.from(hex, 'hex'))).toBe(text);
    expect(base64(encodeSid(text) ?? new Uint8Array())).toBe(b64);
  });
  it.each(invalid)('refuses %j', (text) => {
    expect(parseSid(text)).toBeUndefined();
  });
});
