import { describe, expect, it } from 'vitest';
import { toRow } from '../../../src/console/session-rows.ts';
import { deviceOf } from '../../../src/core/device-name.ts';
import { findByPublicId, publicIdOf } from '../../../src/sessions/public-id.ts';
import type { SessionState } from '../../../src/sessions/sessions.ts';

const uid = 'q3Jx0T1mBsmZ8nM0Yw4rVg';
const stateOf = (of: string, userAgent: string | null = null): SessionState =>
  ({
    session: { uid: of, openedAt: 1, lastActivityAt: 2, userAgent, clientAddress: null },
    end: { at: 3, reason: 'absolute' },
  }) as unknown as SessionState;

describe("A session's row", () => {
  it('has a name that neither is nor holds the uid, and stays the same', () => {
    const id = publicIdOf(uid);
    expect(id).toMatch(/^[\w-]{22}$/);
    expect(id).not.toContain(uid.slice(0, 8));
    expect(publicIdOf(uid)).toBe(id);
    expect(publicIdOf(`${uid}x`)).not.toBe(id);
    expect(JSON.stringify(toRow(stateOf(uid), uid))).not.toContain(uid);
  });

  it('is found by that name only, among the sessions that one may end', () => {
    const mine = [stateOf('a'), stateOf('b')];
    expect(findByPublicId(mine, publicIdOf('b'))).toBe(mine[1]);
    expect(findByPublicId(mine, 'b')).toBeUndefined();
    expect(findByPublicId(mine, publicIdOf('c'))).toBeUndefined();
    expect(findByPublicId(mine, undefined)).toBeUndefined();
  });

  it('knows which one is looked out of', () => {
    expect(toRow(stateOf('a'), 'a').current).toBe(true);
    expect(toRow(stateOf('a'), 'b').current).toBe(false);
  });
});

describe('The device of a session', () => {
  const webKit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
  it.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox, Windows'],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webKit} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`,
      'Edge, Windows',
    ],
    [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webKit} Chrome/142.0.0.0 Safari/537.36`, 'Chrome, macOS'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
      'Safari, iPhone',
    ],
    [`Mozilla/5.0 (Linux; Android 10; K) ${webKit} Chrome/142.0.0.0 Mobile Safari/537.36`, 'Chrome, Android'],
    ['curl/8.5.0', undefined],
    ['', undefined],
    [null, undefined],
  ])('of %j is %j', (userAgent, device) => {
    expect(deviceOf(userAgent)).toBe(device);
  });
});
