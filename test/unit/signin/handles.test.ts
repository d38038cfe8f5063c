import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHandles } from '../../../src/signin/handles.ts';

const key = randomBytes(32);
const handles = createHandles(() => [key]);
/** As `organizations` and `applications` accept them (SPEC §2, directory/applications.ts). */
const workspace = fc.stringMatching(/^[a-z0-9-]{2,40}$/).map((customer) => `workspace:${customer}`);
const clientId = fc.stringMatching(/^[A-Za-z0-9._-]{3,41}$/);

describe('A handle', () => {
  it('leads back to whoever it was made for, and fits into SAML’s RelayState', () => {
    fc.assert(
      fc.property(fc.oneof(workspace, clientId, fc.uuid(), fc.constant('console')), (client) => {
        const handle = handles.make(client);
        expect(handles.clientOf(handle)).toBe(client);
        expect(Buffer.byteLength(handle)).toBeLessThanOrEqual(80);
        expect(handle).toMatch(/^[\w.-]+$/);
      }),
    );
  });

  it('fits for every client id and workspace of the greatest length', () => {
    for (const client of [`workspace:${'w'.repeat(40)}`, 'c'.repeat(41), 'c'.repeat(64), 'a.b_c-'.repeat(10)]) {
      const handle = handles.make(client);
      expect(Buffer.byteLength(handle)).toBeLessThanOrEqual(80);
      expect(handles.clientOf(handle)).toBeDefined();
    }
  });

  it('of a client whose id is too long is ours, and leads nowhere rather than elsewhere', () => {
    for (const client of ['c'.repeat(42), 'with spaces', 'workspace:Upper']) {
      expect(handles.clientOf(handles.make(client))).toBe('');
    }
  });

  it('of a trial is no relying party’s, and a relying party’s is no trial’s', () => {
    const handle = handles.makeForTrial();
    expect([handles.isForTrial(handle), handles.clientOf(handle)]).toEqual([true, undefined]);
    for (const client of ['t', 'console', 'workspace:t', ''])
      expect(handles.isForTrial(handles.make(client))).toBe(false);
    const [random, , mac] = handles.make('console').split('.');
    expect(handles.isForTrial(`${random}.t.${mac}`)).toBe(false);
    expect(createHandles(() => [randomBytes(32)]).isForTrial(handle)).toBe(false);
  });

  it('is another one every time', () => {
    expect(new Set(Array.from({ length: 100 }, () => handles.make('console'))).size).toBe(100);
  });

  it('is nobody’s when anything in it was changed', () => {
    const alphabet = [...'ABab01_-.'];
    fc.assert(
      fc.property(fc.oneof(workspace, clientId), fc.nat(79), fc.constantFrom(...alphabet), (client, at, letter) => {
        const handle = handles.make(client);
        const index = at % handle.length;
        const changed = handle.slice(0, index) + letter + handle.slice(index + 1);
        if (changed !== handle) expect(handles.clientOf(changed)).toBeUndefined();
      }),
    );
  });

  it('is nobody’s when it was cut, lengthened or made up', () => {
    const handle = handles.make('console');
    const madeUp = [
      '',
      '.',
      '..',
      '...',
      'x'.repeat(80),
      handle.slice(0, -1),
      `${handle}x`,
      `${handle}.`,
      ` ${handle}`,
    ];
    const body = handle.slice(0, handle.lastIndexOf('.'));
    for (const text of [...madeUp, body, `${body}.`, `${body}.${'A'.repeat(15)}`, '𝟘'.repeat(40)]) {
      expect(handles.clientOf(text)).toBeUndefined();
    }
    fc.assert(fc.property(fc.string({ maxLength: 120 }), (text) => handles.clientOf(text) === undefined));
  });

  it('is good under every key that there is, and made with the newest', () => {
    const newest = randomBytes(32);
    const rotated = createHandles(() => [newest, key]);
    expect(rotated.clientOf(handles.make('console'))).toBe('console');
    expect(handles.clientOf(rotated.make('console'))).toBeUndefined();
    expect(createHandles(() => [randomBytes(32)]).clientOf(handles.make('console'))).toBeUndefined();
  });
});
