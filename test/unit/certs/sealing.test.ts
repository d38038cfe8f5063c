import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSealer,
  deriveKey,
  deriveKeys,
  SealError,
  type SealErrorCode,
  sealErrorCodes,
} from '../../../certs/sealing.ts';
import { generateSealingKey } from '../../../certs/sealing-keys.ts';

const older = generateSealingKey();
const newer = generateSealingKey();
const sealer = createSealer([newer, older]);

function codeOf(action: () => unknown): SealErrorCode | 'no error' {
  try {
    action();
  } catch (error) {
    if (error instanceof SealError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('sealing', () => {
  it('gives back any text and any bytes in the context they were sealed in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), fc.string(), (text, bytes, context) => {
        expect(sealer.openText(sealer.seal(text, context), context)).toBe(text);
        expect(new Uint8Array(sealer.open(sealer.seal(bytes, context), context))).toEqual(bytes);
      }),
    );
  });

  it('refuses a sealed value with any one character changed, added or taken away', () => {
    const characters = [...'ABCabc019-_.=+/ \n\u0000é'];
    fc.assert(
      fc.property(
        fc.string({ maxLength: 60 }),
        fc.nat(),
        fc.constantFrom(...characters),
        fc.constantFrom('replace', 'insert', 'delete'),
        (text, at, character, change) => {
          const sealed = sealer.seal(text, 'a/b');
          const index = at % sealed.length;
          const rest = sealed.slice(change === 'insert' ? index : index + 1);
          const changed = sealed.slice(0, index) + (change === 'delete' ? '' : character) + rest;
          fc.pre(changed !== sealed);
          expect(sealErrorCodes).toContain(codeOf(() => sealer.open(changed, 'a/b')));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('refuses every other spelling of the last character, although Node would decode it alike', () => {
    // 12 + 1 + 16 bytes: the last character carries two spare bits.
    const sealed = sealer.seal('x', 'c');
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (const character of alphabet) {
      const spelling = sealed.slice(0, -1) + character;
      if (spelling !== sealed) expect(codeOf(() => sealer.open(spelling, 'c'))).not.toBe('no error');
    }
  });

  it('does not open a value that was copied to another place', () => {
    const sealed = sealer.seal('secret', 'connections/1/secrets');
    expect(codeOf(() => sealer.open(sealed, 'connections/2/secrets'))).toBe('not_authentic');
  });

  it('opens what an older key sealed, and says that it is not current', () => {
    const sealed = createSealer([older]).seal('secret', 'c');
    expect(sealer.openText(sealed, 'c')).toBe('secret');
    expect(sealer.isCurrent(sealed)).toBe(false);
    expect(sealer.isCurrent(sealer.seal('secret', 'c'))).toBe(true);
  });

  it('tells an unknown key, a malformed value and a forged one apart', () => {
    const stranger = generateSealingKey();
    expect(codeOf(() => sealer.open(createSealer([stranger]).seal('x', 'c'), 'c'))).toBe('unknown_key');
    expect(codeOf(() => sealer.open('plain text', 'c'))).toBe('malformed');
    expect(codeOf(() => sealer.open(`s1.${newer.id}.`, 'c'))).toBe('malformed');
    expect(codeOf(() => sealer.open('', 'c'))).toBe('malformed');
    const underOtherId = createSealer([{ id: newer.id, key: stranger.key }]).seal('x', 'c');
    expect(codeOf(() => sealer.open(underOtherId, 'c'))).toBe('not_authentic');
  });

  it('never seals the same value to the same text twice', () => {
    const sealed = new Set(Array.from({ length: 1000 }, () => sealer.seal('same', 'same')));
    expect(sealed.size).toBe(1000);
  });

  it('does not start without a key, with a short key or with two keys of one id', () => {
    expect(() => createSealer([])).toThrow(/at least one key/);
    expect(() => createSealer([{ id: 'a', key: new Uint8Array(16) }])).toThrow(/16 bytes instead of 32/);
    expect(() => createSealer([newer, { ...older, id: newer.id }])).toThrow(/twice/);
  });
});

describe('derived keys', () => {
  it('are stable for a purpose, and differ by purpose and by sealing key', () => {
    const cookies = deriveKey([newer, older], 'cookies');
    expect(cookies).toHaveLength(32);
    expect(deriveKey([newer], 'cookies')).toEqual(cookies);
    expect(deriveKey([newer], 'handles')).not.toEqual(cookies);
    expect(deriveKey([older], 'cookies')).not.toEqual(cookies);
    expect(cookies).not.toEqual(newer.key);
  });

  it('exist for every sealing key, so that a rotation does not refuse what the older one made', () => {
    expect(deriveKeys([newer, older], 'cookies')).toEqual([
      deriveKey([newer], 'cookies'),
      deriveKey([older], 'cookies'),
    ]);
  });

  it('are HKDF-SHA256 as RFC 5869 has it', async () => {
    const input = await crypto.subtle.importKey('raw', newer.key.slice(), 'HKDF', false, ['deriveBits']);
    const encoder = new TextEncoder();
    const expected = await crypto.subtle.deriveBits(
      { name: 'HKDF', hash: 'SHA-256', salt: encoder.encode('sekisho'), info: encoder.encode('derived/v1/cookies') },
      input,
      256,
    );
    expect(deriveKey([newer], 'cookies')).toEqual(new Uint8Array(expected));
  });
});
