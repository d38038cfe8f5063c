import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeGuid, formatGuid, parseGuid } from '../../../providers/protocols/guid.ts';
import { describeWithFixtures, sharedFixtures } from '../../support/skips.ts';

const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 });
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

describe('a GUID', () => {
  it('is the same from bytes, Base64 and text, with or without braces, in any case', () => {
    fc.assert(
      fc.property(sixteen, (bytes) => {
        const text = formatGuid(bytes) ?? '';
        expect(text).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        expect(encodeGuid(text)).toEqual(bytes);
        expect(parseGuid(bytes)).toBe(text);
        expect(parseGuid(base64(bytes))).toBe(text);
        for (const form of [text, text.toUpperCase(), `{${text}}`]) expect(parseGuid(form)).toBe(text);
      }),
    );
  });
  it('has its first three groups little-endian in binary', () => {
    expect(parseGuid(Uint8Array.from({ length: 16 }, (_, index) => index))).toBe(
      '03020100-0504-0706-0809-0a0b0c0d0e0f',
    );
  });
  it('is canonical or nothing, whatever comes', () => {
    const bytes = fc.uint8Array({ maxLength: 40 });
    const near = fc.tuple(fc.uuid(), fc.string()).map(([text, rest]) => text + rest);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), near, bytes, bytes.map(base64)), (value) => {
        const parsed = parseGuid(value);
        if (parsed !== undefined) expect(parseGuid(parsed)).toBe(parsed);
        if (typeof value === 'string') expect([undefined, 16]).toContain(encodeGuid(value)?.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    '{00112233-4455-6677-8899-aabbccddeeff',
    '00112233-4455-6677-8899-aabbccddeeff}',
    '{{00112233-4455-6677-8899-aabbccddeeff}}',
    '00112233445566778899aabbccddeeff',
    '00112233-4455-6677-8899-aabbccddeefg',
    '00112233-4455-6677-8899-aabbccddeeff\n',
    ' 00112233-4455-6677-8899-aabbccddeeff',
    'yjzbsb1yMU+ev8cM1EvaMg',
    'yjzbsb1yMU-ev8cM1EvaMg==',
    'yjzbsb1yMU+ev8cM1EvaMh==',
    'yjzbsb1yMU+ev8cM1EvaMgA=',
    '',
  ])('is refused when it looks like %j', (text) => {
    expect(parseGuid(text)).toBeUndefined();
    expect(encodeGuid(text)).toBeUndefined();
  });
  it('is refused in binary with 15 or 17 bytes', () => {
    expect(parseGuid(new Uint8Array(15))).toBeUndefined();
    expect(parseGuid(new Uint8Array(17))).toBeUndefined();
  });
});

interface Vector {
  text: string | null;
  b64?: string;
  hex?: string;
  computed_with_python_uuid_bytes_le: string;
}
describeWithFixtures('the published GUIDs', () => {
  const { guid: vectors, guid_invalid: invalid } = JSON.parse(
    readFileSync(new URL('ad-sid-guid.json', sharedFixtures), 'utf8'),
  ) as { guid: Vector[]; guid_invalid: string[] };
  it.each(vectors)('$computed_with_python_uuid_bytes_le comes from each of its forms', (vector) => {
    const canonical = vector.computed_with_python_uuid_bytes_le;
    expect(vector.b64 ?? vector.hex).toBeDefined();
    if (vector.text) expect(parseGuid(vector.text)).toBe(canonical);
    if (vector.b64) expect(parseGuid(vector.b64)).toBe(canonical);
    if (vector.hex) expect(parseGuid(Buffer.from(vector.hex, 'hex'))).toBe(canonical);
  });
  it.each(invalid)('refuses %j', (text) => {
    expect(parseGuid(text)).toBeUndefined();
  });
});
