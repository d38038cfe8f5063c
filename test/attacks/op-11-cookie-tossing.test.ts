/** SECURITY OP-11: cookies that a sibling host has planted. Names that forbid it over https; no harm from it over http. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCookieNames } from '../../src/http/cookies.ts';
import { Browser } from '../support/browser.ts';
import { arrive } from '../support/relying-party.ts';
import { type Ground, sendTarget, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());

describe('cookies', () => {
  it('over https have names that no sibling host can set, and no Domain anywhere', async () => {
    const names = createCookieNames(true);
    for (const name of [
      names.browser,
      names.session('administrators'),
      names.console,
      names.consoleLogin,
      names.workspace('a'),
    ])
      expect(name).toMatch(/^__Host-/);
    for (const name of [names.interaction, names.resume]) expect(name).toMatch(/^__Secure-/);
    const url = ground.ofAlpha.start().url;
    const { head } = await sendTarget(ground.app, url.pathname + url.search);
    const set = head.split('\r\n').filter((line) => /^set-cookie:/i.test(line));
    expect(set.length).toBeGreaterThan(1);
    for (const line of set) {
      expect(line.toLowerCase()).not.toContain('domain=');
      expect(line.toLowerCase()).toContain('httponly');
      expect(line.toLowerCase()).toContain('samesite=lax');
    }
  });

  // Fails when `handle` in src/op/op.ts does not drop what came twice: oidc-provider takes the first.
  it('two different session cookies are no session at all, not the planted one', async () => {
    const attacker = new Browser();
    await ground.ofAlpha.signIn(attacker, { login_hint: 'bob' });
    const victim = new Browser();
    const own = await ground.ofAlpha.signIn(victim, { login_hint: 'alice' });
    const planted = attacker.cookies.filter((cookie) => cookie.name.startsWith('session-'));
    // Of a longer path, so that the browser sends it first (RFC 6265 §5.4).
    victim.cookies.unshift(...planted.map((cookie) => ({ ...cookie, path: '/core/connect' })));
    const query = await arrive(victim, ground.ofAlpha.start({ prompt: 'none' }).url);
    expect([query.get('error'), query.get('code')]).toEqual(['login_required', null]);
    // And the person's own session is as it was.
    victim.cookies.splice(0, planted.length);
    expect((await ground.ofAlpha.signIn(victim, { prompt: 'none' })).claims.sub).toBe(own.claims.sub);
  });
});
