/** SECURITY OP-13 and OP-14: nobody is signed out by a link, and a sign-out leads only where an application may. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { arrive } from '../support/relying-party.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
let endSession: string;
beforeAll(async () => {
  ground = await startGround();
  endSession = `${ground.app.sites.issuer}/connect/endsession`;
});
afterAll(() => ground.close());

const isSignedIn = async (browser: Browser) =>
  (await arrive(browser, ground.ofAlpha.start({ prompt: 'none' }).url)).has('code');
const registered = 'http://127.0.0.1:9/signed-out';

describe('OP-14, signing somebody else out', () => {
  it('a link shows a page that asks, whatever it carries', async () => {
    const browser = new Browser();
    const { idToken } = await ground.ofAlpha.signIn(browser);
    for (const query of [
      '',
      '?realm=subscribers-alpha',
      `?client_id=${ground.ofAlpha.clientId}`,
      `?id_token_hint=${idToken}`,
      `?id_token_hint=${idToken}&post_logout_redirect_uri=${encodeURIComponent(registered)}`,
      `?client_id=${ground.ofAlpha.clientId}&logout=yes`,
    ]) {
      const page = await browser.fetch('GET', endSession + query);
      expect([query.slice(0, 30), page.status]).toEqual([query.slice(0, 30), 200]);
      expect(page.headers.location).toBeUndefined();
    }
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('links to realms that somebody makes up leave no cookie, which would push out those of real sessions', async () => {
    const browser = new Browser();
    for (const query of [
      '?realm=made-up',
      `?realm=made-up&client_id=${ground.ofAlpha.clientId}`,
      '?realm=subscribers-alpha',
    ]) {
      const page = await browser.fetch('GET', endSession + query);
      expect([page.status, page.headers['set-cookie']]).toEqual([303, undefined]);
    }
    expect(browser.cookies).toEqual([]);
  });

  it('a forged confirmation ends nothing: without its secret, with a made-up one, with another browser’s', async () => {
    const victim = new Browser();
    await ground.ofAlpha.signIn(victim);
    const attacker = new Browser();
    await ground.ofAlpha.signIn(attacker, { login_hint: 'bob' });
    await attacker.get(`${endSession}?realm=subscribers-alpha`);
    const theirs = attacker.forms().find(({ fields }) => 'xsrf' in fields)!.fields.xsrf!;
    await victim.fetch('GET', `${endSession}?realm=subscribers-alpha`);
    for (const xsrf of ['', 'undefined', 'x', theirs]) {
      const fields = new URLSearchParams({ logout: 'yes', xsrf });
      const page = await victim.fetch('POST', `${endSession}/confirm?realm=subscribers-alpha`, fields);
      expect(page.status).toBe(400);
    }
    const bare = await victim.fetch('POST', `${endSession}/confirm`, new URLSearchParams({ logout: 'yes' }));
    expect(bare.status).toBe(400);
    expect(await isSignedIn(victim)).toBe(true);
  });

  it('the confirmation of one realm ends no other one', async () => {
    const browser = new Browser();
    await ground.ofAlpha.signIn(browser);
    const beta = await ground.ofBeta.signIn(browser);
    await browser.get(`${endSession}?realm=subscribers-alpha`);
    const form = browser.forms().find(({ fields }) => 'xsrf' in fields)!;
    const moved = form.action.href.replace('subscribers-alpha', 'subscribers-beta');
    await browser.fetch('POST', moved, new URLSearchParams({ ...form.fields, logout: 'yes' }));
    expect((await ground.ofBeta.userinfo(beta.accessToken)).status).toBe(200);
    expect(await isSignedIn(browser)).toBe(true);
    await browser.fetch('POST', form.action, new URLSearchParams({ ...form.fields, logout: 'yes' }));
    expect(await isSignedIn(browser)).toBe(false);
    expect((await ground.ofBeta.userinfo(beta.accessToken)).status).toBe(200);
  });
});

describe('OP-13, where a sign-out leads', () => {
  it.each([
    'https://evil.test/',
    `${registered}/`,
    `${registered}?x=1`,
    'http://127.0.0.1:9/',
    'javascript:alert(1)',
    '//evil.test',
  ])('%s is not followed, with a session and without', async (uri) => {
    const query = `?client_id=${ground.ofAlpha.clientId}&post_logout_redirect_uri=${encodeURIComponent(uri)}&state=s`;
    const nobody = await new Browser().fetch('GET', endSession + query);
    expect([nobody.status, nobody.headers.location]).toEqual([400, undefined]);
    const browser = new Browser();
    await ground.ofAlpha.signIn(browser);
    const somebody = await browser.fetch('GET', endSession + query);
    expect([somebody.status, somebody.headers.location]).toEqual([400, undefined]);
  });

  it('without an application, or with another one’s address, it stays here', async () => {
    const without = await new Browser().get(
      `${endSession}?realm=subscribers-alpha&post_logout_redirect_uri=${encodeURIComponent(registered)}`,
    );
    expect(without.url.host).toBe(new URL(endSession).host);
  });

  it('an ID token that we did not sign names nobody', async () => {
    const browser = new Browser();
    const { claims } = await ground.ofAlpha.signIn(browser);
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    for (const header of ['{"alg":"none"}', '{"alg":"RS256"}', '{"alg":"HS256"}']) {
      const forged = `${Buffer.from(header).toString('base64url')}.${payload}.AAAA`;
      const page = await browser.fetch('GET', `${endSession}?id_token_hint=${forged}`);
      expect([page.status, page.headers.location]).toEqual([400, undefined]);
    }
    expect(await isSignedIn(browser)).toBe(true);
  });
});
