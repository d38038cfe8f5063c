/** ARCHITECTURE §5 "Lost updates": what oidc-provider would overwrite or bring back when requests meet. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { arrive, type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { type Connected, connectOkta } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';

let app: TestApp;
let okta: Connected<Simulator>;
let first: RelyingParty;
let second: RelyingParty;

beforeAll(async () => {
  app = await startTestApp({ byPath: true });
  okta = await connectOkta(app, 'acme');
  first = await registerRelyingParty(app, { organizationId: okta.organization.id, name: 'First' });
  second = await registerRelyingParty(app, { organizationId: okta.organization.id, name: 'Second' });
});
afterAll(async () => {
  await okta.upstream.close();
  await app.close();
});

/** A browser that is signed in at the provider, with the session held by the workspace only. */
async function signedInBrowser(): Promise<Browser> {
  const browser = new Browser();
  expect((await browser.get(app.sites.workspaceUrl('acme', '/'))).status).toBe(200);
  return browser;
}

/** The same cookies in another tab. */
function tabOf(browser: Browser): Browser {
  const tab = new Browser();
  tab.cookies.push(...browser.cookies);
  return tab;
}

async function redeemed(party: RelyingParty, tab: Browser) {
  const started = party.start({ prompt: 'none' });
  const answer = await arrive(tab, started.url);
  const tokens = await party.redeem(String(answer.get('code')), started.verifier);
  expect(tokens.status).toBe(200);
  return tokens.body;
}

describe('Two clients at the same time', () => {
  it('both keep what they were given', async () => {
    const browser = await signedInBrowser();
    const results = await Promise.all(
      [first, second, first, second, first, second].map(async (party) => ({
        party,
        tokens: await redeemed(party, tabOf(browser)),
      })),
    );
    for (const { party, tokens } of results) {
      expect((await party.userinfo(String(tokens.access_token))).status).toBe(200);
      expect((await party.refresh(String(tokens.refresh_token))).status).toBe(200);
    }
  });
});

describe('Two first authorizations of one client at the same time', () => {
  it('share one grant', async () => {
    const browser = await signedInBrowser();
    const all = await Promise.all(Array.from({ length: 8 }, () => redeemed(first, tabOf(browser))));
    for (const tokens of all) expect((await first.userinfo(String(tokens.access_token))).status).toBe(200);
    // One grant: revoking it through one refresh token takes the others along.
    await first.revoke(String(all[0]!.refresh_token));
    for (const tokens of all) expect((await first.userinfo(String(tokens.access_token))).status).toBe(401);
    expect((await redeemed(first, tabOf(browser))).access_token).toBeTruthy();
  });
});

describe('A session that is revoked during an authorize request', () => {
  it('is not brought back by the request that was under way', async () => {
    const browser = await signedInBrowser();
    const { claims } = await first.signIn(tabOf(browser), { prompt: 'none' });
    const uid = String(claims.sid);
    const running = Array.from({ length: 10 }, () => arrive(tabOf(browser), first.start({ prompt: 'none' }).url));
    expect(await app.services.sessions.end(uid, 'revoked')).toBe(true);
    await Promise.all(running);
    expect((await app.services.sessions.find(uid))?.active).toBe(false);
    const after = await arrive(tabOf(browser), first.start({ prompt: 'none' }).url);
    expect(after.get('error')).toBe('login_required');
  });
});

describe('One code at the same time', () => {
  it('is redeemed once, and the grant is revoked', async () => {
    const browser = await signedInBrowser();
    const started = second.start({ prompt: 'none' });
    const code = String((await arrive(tabOf(browser), started.url)).get('code'));
    const answers = await Promise.all(Array.from({ length: 5 }, () => second.redeem(code, started.verifier)));
    const [won, ...others] = answers.filter(({ status }) => status === 200);
    expect(others).toEqual([]);
    for (const { status, body } of answers.filter((answer) => answer !== won)) {
      expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_grant' });
    }
    expect((await second.userinfo(String(won?.body.access_token))).status).toBe(401);
  });
});
