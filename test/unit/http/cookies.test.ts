import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import {
  clearCookie,
  createCookieNames,
  createCookieSigner,
  readCookie,
  setCookie,
} from '../../../src/http/cookies.ts';
import { serve } from './chain.ts';

const requestWith = (cookie?: string) => ({ headers: { cookie } }) as IncomingMessage;

describe('cookie names', () => {
  it('have the prefixes that pin them to the host, over https only', () => {
    const secure = createCookieNames(true);
    expect([secure.browser, secure.session('acme'), secure.interaction]).toEqual([
      '__Host-browser',
      '__Host-session-acme',
      '__Secure-interaction',
    ]);
    const plain = createCookieNames(false);
    expect(plain.secure).toBe(false);
    for (const name of [plain.browser, plain.session('a'), plain.resume, plain.console, plain.workspace('b')])
      expect(name).not.toMatch(/^__/);
  });
});

describe('reading a cookie', () => {
  it('finds exactly the name that was asked for', () => {
    const request = requestWith('xbrowser=1; browser2=2; browser=3=;console=4 ; empty=');
    expect(readCookie(request, 'browser')).toBe('3=');
    expect(readCookie(request, 'console')).toBe('4');
    expect(readCookie(request, 'empty')).toBe('');
    expect(readCookie(request, 'rowser')).toBeUndefined();
    expect(readCookie(requestWith(), 'browser')).toBeUndefined();
    expect(readCookie(requestWith('browser'), 'browser')).toBeUndefined();
    expect(readCookie(requestWith('   '), 'browser')).toBeUndefined();
  });

  it('reads none of two that differ: one of them was planted', () => {
    expect(readCookie(requestWith('a=1; a=2'), 'a')).toBeUndefined();
    expect(readCookie(requestWith('a=2; b=1; a=2'), 'a')).toBe('2');
  });
});

describe('setting a cookie', () => {
  it('writes HttpOnly, SameSite and Path, Secure when it is, and keeps other cookies', async () => {
    const get = await serve((_request, response) => {
      setCookie(response, 'a', 'x.y', { secure: true, maxAge: 1500 });
      setCookie(response, 'b', 'z', { secure: false, path: '/p', sameSite: 'Strict' });
      clearCookie(response, 'c', { secure: true });
      response.end();
    });
    expect((await get('/')).headers['set-cookie']).toEqual([
      'a=x.y; Path=/; HttpOnly; SameSite=Lax; Max-Age=1; Secure',
      'b=z; Path=/p; HttpOnly; SameSite=Strict',
      'c=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure',
    ]);
  });

  it('refuses a value that would end the cookie and begin another', () => {
    expect(() => setCookie({} as never, 'a', 'x; Domain=evil.test', { secure: true })).toThrow(TypeError);
    expect(() => setCookie({} as never, 'a', 'x\r\nSet-Cookie: b=c', { secure: true })).toThrow(TypeError);
  });
});

describe('signed cookies', () => {
  const [one, two, three] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];

  it('open under the name and key that signed them, and after a rotation of the key', () => {
    const signed = createCookieSigner(() => [one]).sign('browser', 'v.1');
    expect(createCookieSigner(() => [two, one]).open('browser', signed)).toBe('v.1');
    expect(createCookieSigner(() => [two, three]).open('browser', signed)).toBeUndefined();
    expect(createCookieSigner(() => [one]).open('console', signed)).toBeUndefined();
  });

  it('do not open when anything was changed', () => {
    const signer = createCookieSigner(() => [one]);
    const signed = signer.sign('browser', 'value');
    for (const wrong of [`x${signed}`, signed.slice(0, -2), `${signed}A`, 'value', 'value.', '.', '', undefined])
      expect(signer.open('browser', wrong), String(wrong)).toBeUndefined();
  });
});
