import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { isActivity, noteActivity } from '../../../src/http/activity.ts';
import type { SessionState } from '../../../src/sessions/sessions.ts';

const navigate = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

function request(headers: Record<string, string>, url = '/', method = 'GET'): IncomingMessage {
  return { headers, url, method } as unknown as IncomingMessage;
}

describe('What counts as activity', () => {
  it('is a navigation, and a form post', () => {
    expect(isActivity(request(navigate))).toBe(true);
    expect(isActivity(request(navigate, '/sign-out', 'POST'))).toBe(true);
  });

  it.each([
    ['a fetch by script', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ['a fetch of the same origin', { 'sec-fetch-mode': 'same-origin', 'sec-fetch-dest': 'empty' }],
    ['an image', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['a frame', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
    ['a page fetched ahead', { ...navigate, 'sec-purpose': 'prefetch' }],
    ['a page rendered ahead', { ...navigate, 'sec-purpose': 'prefetch;prerender' }],
    ['a script that asks for HTML', { 'sec-fetch-mode': 'cors', accept: 'text/html' }],
  ])('is not %s', (_name, headers) => {
    expect(isActivity(request(headers))).toBe(false);
  });

  it('is not a page that a timer came back to, until the person reloads it', () => {
    expect(isActivity(request(navigate, '/?by-timer=1'))).toBe(false);
    expect(isActivity(request({ accept: 'text/html' }, '/?by-timer=1'))).toBe(false);
    expect(isActivity(request({ ...navigate, 'sec-fetch-user': '?1' }, '/?by-timer=1'))).toBe(true);
  });

  it('is, from a browser that says nothing of itself, what asks for HTML or posts', () => {
    expect(isActivity(request({ accept: 'text/html,*/*;q=0.8' }))).toBe(true);
    expect(isActivity(request({}, '/sign-out', 'POST'))).toBe(true);
    expect(isActivity(request({ accept: '*/*' }))).toBe(false);
    expect(isActivity(request({}))).toBe(false);
  });
});

describe('Noting activity', () => {
  const minute = 60_000;
  const state = (lastActivityAt: number, inactivity: number | null): SessionState =>
    ({
      session: { uid: 'u', lastActivityAt },
      policy: { absolute: 72 * 60 * minute, inactivity },
      active: true,
    }) as unknown as SessionState;

  function countingSessions(after: SessionState) {
    const calls: string[] = [];
    return {
      calls,
      recordActivity: async () => void calls.push('record'),
      find: async () => {
        calls.push('find');
        return after;
      },
    };
  }

  it('asks nothing of the store while the stored time is recent enough', async () => {
    const before = state(0, 10 * minute);
    const sessions = countingSessions(before);
    expect(await noteActivity(sessions, before, minute - 1)).toBe(before);
    expect(sessions.calls).toEqual([]);
  });

  it('is written, and the new end is read, as soon as the stored time lags', async () => {
    const after = state(minute, 10 * minute);
    const sessions = countingSessions(after);
    expect(await noteActivity(sessions, state(0, 10 * minute), minute)).toBe(after);
    expect(sessions.calls).toEqual(['record', 'find']);
  });

  it('lags by a tenth of a short timeout, not by a minute', async () => {
    const sessions = countingSessions(state(6_000, minute));
    await noteActivity(sessions, state(0, minute), 6_000);
    expect(sessions.calls).toEqual(['record', 'find']);
  });
});
