import { describe, expect, it } from 'vitest';
import { createCsrf, refuseCrossSite } from '../../../src/http/csrf.ts';
import { pretendEdge, serve } from './chain.ts';

describe('where a post comes from', () => {
  const post = async (headers: Record<string, string>, method = 'POST') => {
    const get = await serve(pretendEdge({ origin: 'https://accounts.example.org' }), refuseCrossSite, (_q, response) =>
      response.end('ok'),
    );
    return (await get('/', { method, headers })).status;
  };

  it('must be our own origin, as the browser says', async () => {
    expect(await post({ 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await post({ 'sec-fetch-site': 'none' })).toBe(200);
    expect(await post({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await post({ 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await post({ 'sec-fetch-site': 'cross-site', origin: 'https://accounts.example.org' })).toBe(403);
    expect(await post({ 'sec-fetch-site': 'cross-site' }, 'DELETE')).toBe(403);
  });

  it('is judged by Origin where a browser sends no fetch metadata', async () => {
    expect(await post({ origin: 'https://accounts.example.org' })).toBe(200);
    expect(await post({ origin: 'https://acme.example.org' })).toBe(403);
    expect(await post({ origin: 'http://accounts.example.org' })).toBe(403);
    expect(await post({ origin: 'null' })).toBe(403);
  });

  it('does not matter for what only reads', async () => {
    expect(await post({ 'sec-fetch-site': 'cross-site' }, 'GET')).toBe(200);
  });
});

describe('the token in a form', () => {
  const keys = [1, 2].map((byte) => new Uint8Array(32).fill(byte));
  const csrf = createCsrf(() => keys.slice(0, 1));

  it('fits the binding that it was made for, also after a rotation of the key', () => {
    const token = csrf.tokenFor('session-1');
    expect(() => csrf.require('session-1', { csrf: token })).not.toThrow();
    expect(() => createCsrf(() => [...keys].reverse()).require('session-1', { csrf: token })).not.toThrow();
  });

  it('fits nobody else, and its absence fits nobody at all', () => {
    const token = csrf.tokenFor('session-1');
    const refused = { code: 'cross_site_refused' };
    const attempts: [string | undefined, Record<string, string>][] = [
      ['session-2', { csrf: token }],
      ['session-1', {}],
      ['session-1', { csrf: '' }],
      ['session-1', { csrf: `${token}A` }],
      [undefined, { csrf: token }],
      ['', { csrf: csrf.tokenFor('') }],
    ];
    for (const [binding, fields] of attempts) {
      let error: unknown;
      try {
        csrf.require(binding, fields);
      } catch (thrown) {
        error = thrown;
      }
      expect(error, `${binding} ${fields.csrf}`).toMatchObject(refused);
    }
  });
});
