import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../providers/protocols/saml/decode-response.ts';
import { craftSigned, refusal } from '../support/upstreams/saml/crafted.ts';

describe('SAML-48, encodings', () => {
  const genuine = craftSigned();
  const malformed = { code: 'saml_malformed' };
  const splice = (bytes: number[]) => {
    const place = genuine.indexOf('victim');
    return Buffer.concat([Buffer.from(genuine.slice(0, place)), Buffer.from(bytes), Buffer.from(genuine.slice(place))]);
  };

  it('refuses UTF-16 with and without byte order mark', () => {
    expect(refusal(Buffer.from(genuine, 'utf16le'))).toMatchObject(malformed);
    expect(refusal(Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(genuine, 'utf16le')]))).toMatchObject(malformed);
  });
  it('refuses the byte order mark of UTF-8', () => {
    expect(refusal(Buffer.from(`\uFEFF${genuine}`))).toMatchObject(malformed);
  });
  it('refuses overlong forms, surrogates, stray bytes and NUL', () => {
    for (const bytes of [[0xc0, 0xbc], [0xe0, 0x80, 0xbc], [0xed, 0xa0, 0x80], [0xff], [0x80], [0x00], [0x01]]) {
      expect(refusal(splice(bytes)), bytes.join()).toMatchObject(malformed);
    }
    expect(refusal(genuine.replace('victim', '&#0;'))).toMatchObject(malformed);
  });
  it('refuses a declaration of another encoding or version', () => {
    for (const declaration of ['version="1.0" encoding="UTF-16"', 'version="1.0" encoding="utf-7"', 'version="1.1"']) {
      expect(refusal(`<?xml ${declaration}?>${genuine}`)).toMatchObject(malformed);
    }
  });
  it.each(['', '!!!!', 'AAA', 'AAAA=', 'A===', 'AA=A', 'AAAA AAAA', 'PHg_', 'PHg-', 'AAAA\u3000'])(
    'refuses "%s" as base64',
    (field) => {
      expect(() => decodeBase64(field)).toThrow('saml_malformed');
    },
  );
  it('reads base64 with line breaks and refuses a field that is too long unread', () => {
    expect(Buffer.from(decodeBase64('PHg+\r\nPC94\nPg==')).toString()).toBe('<x></x>');
    expect(() => decodeBase64('A'.repeat(400_000))).toThrow('saml_too_large');
  });

  it('answers any bytes, and any damage to a genuine response, with a refusal and nothing else', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(refusal(bytes)).toHaveProperty('code');
      }),
      { numRuns: 300 },
    );
    const bytes = Buffer.from(genuine);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), byte, (position, value) => {
        const damaged = Buffer.from(bytes);
        damaged[position] = value;
        const answer = refusal(damaged);
        // Damage outside the assertion may go unseen; a name other than the signed one may not.
        if ('accepted' in answer) expect(answer.accepted).toBe('victim@idp.test');
      }),
      { numRuns: 600 },
    );
  });
});
