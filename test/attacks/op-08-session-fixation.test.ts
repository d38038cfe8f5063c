/** SECURITY OP-08: whatever session an attacker has put into a browser beforehand, a sign-in gives it a new one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { arrive } from '../support/relying-party.ts';
import { beginSignIn, type Ground, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());
const name = 'session-subscribers-alpha';

function plant(browser: Browser, cookies: Browser['cookies']): void {
  for (const cookie of cookies) browser.cookies.push({ ...cookie });
}

describe('a session planted before the sign-in', () => {
  it('without anybody in it is not the session afterwards', async () => {
    const attacker = new Browser();
    // The cookie's value is the attacker's own choice; nothing here has ever made it.
    const chosen = 'attacker-chose-this-handle-0000000000000000';
    const host = new URL(ground.app.sites.issuer).hostname;
    attacker.cookies.push({ name, value: chosen, host, path: '/', sameSite: 'lax', secure: false });
    const victim = new Browser();
    plant(victim, attacker.cookies);
    await ground.ofAlpha.signIn(victim);
    expect(victim.cookie(name)).toBeDefined();
    expect(victim.cookie(name)).not.toBe(chosen);
    expect((await arrive(attacker, ground.ofAlpha.start({ prompt: 'none' }).url)).get('error')).toBe('login_required');
  });

  it('of the attacker is ended and replaced, never taken over', async () => {
    const attacker = new Browser();
    const own = await ground.ofAlpha.signIn(attacker, { login_hint: 'bob' });
    const victim = new Browser();
    plant(
      victim,
      attacker.cookies.filter((cookie) => cookie.name.startsWith('session')),
    );
    const signedIn = await ground.ofAlpha.signIn(victim, { login_hint: 'alice', prompt: 'login' });
    expect(signedIn.claims.sub).not.toBe(own.claims.sub);
    expect(signedIn.claims.sid).not.toBe(own.claims.sid);
    expect((await arrive(attacker, ground.ofAlpha.start({ prompt: 'none' }).url)).get('error')).toBe('login_required');
    expect((await ground.ofAlpha.userinfo(own.accessToken)).status).toBe(401);
  });

  // Fails when `setSessionCookie` in src/op/op.ts does not retire the cookie that was there.
  it('changes its cookie at every sign-in, and the one before is good for a minute only', async () => {
    const browser = new Browser();
    await ground.ofAlpha.signIn(browser);
    const before = browser.cookies.map((cookie) => ({ ...cookie }));
    await ground.ofAlpha.signIn(browser, { prompt: 'login' });
    expect(browser.cookie(name)).not.toBe(before.find((cookie) => cookie.name === name)?.value);
    ground.app.clock.advance(90_000);
    const thief = new Browser();
    plant(thief, before);
    expect((await arrive(thief, ground.ofAlpha.start({ prompt: 'none' }).url)).get('error')).toBe('login_required');
  });

  it('the cookie that binds a browser may be known: it opens nothing by itself', async () => {
    const victim = new Browser();
    await ground.ofAlpha.signIn(victim);
    const thief = new Browser();
    plant(
      thief,
      victim.cookies.filter((cookie) => cookie.name === 'browser'),
    );
    expect((await arrive(thief, ground.ofAlpha.start({ prompt: 'none' }).url)).get('error')).toBe('login_required');
    const uid = (await beginSignIn(victim, ground.ofAlpha, { prompt: 'login' })).pathname;
    expect((await thief.fetch('GET', new URL(uid, ground.app.sites.issuer))).status).toBe(410);
  });
});
