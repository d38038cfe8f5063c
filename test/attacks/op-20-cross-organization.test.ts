/** SECURITY OP-20: sessions of two organizations and of the administrators in one browser never meet each other's clients. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isForeign } from '../../src/op/interaction-policy.ts';
import { realmContext, runInRealm } from '../../src/op/realms.ts';
import type { SessionState } from '../../src/sessions/sessions.ts';
import { Browser } from '../support/browser.ts';
import { arrive } from '../support/relying-party.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());

const silently = (application: Ground['ofAlpha'], browser: Browser, more = {}) =>
  arrive(browser, application.start({ prompt: 'none', ...more }).url);

describe('one browser', () => {
  it('signed in at A has no session for an application of B', async () => {
    const browser = new Browser();
    const alpha = await ground.ofAlpha.signIn(browser);
    for (const more of [{}, { acr_values: 'tenant:alpha' }, { id_token_hint: alpha.idToken }]) {
      const answer = await silently(ground.ofBeta, browser, more);
      expect([answer.get('error') !== null, answer.get('code')]).toEqual([true, null]);
    }
    const beta = await ground.ofBeta.signIn(browser);
    expect(beta.claims.sub).not.toBe(alpha.claims.sub);
    expect([alpha.claims.customer_id, beta.claims.customer_id]).toEqual(['alpha', 'beta']);
    // Both live on, side by side.
    expect((await ground.ofAlpha.userinfo(alpha.accessToken)).status).toBe(200);
    expect((await ground.ofAlpha.signIn(browser, { prompt: 'none' })).claims.sub).toBe(alpha.claims.sub);
  });

  it('an application of B cannot ask for A’s sign-in: the person is sent to B’s provider', async () => {
    const browser = new Browser();
    await ground.ofAlpha.signIn(browser);
    const asked = ground.alpha.upstream.requests.length;
    const { claims } = await ground.ofBeta.signIn(browser, { acr_values: 'tenant:alpha' });
    expect(claims.customer_id).toBe('beta');
    expect(ground.alpha.upstream.requests.length).toBe(asked);
  });

  it('the same person at the same provider is another one in another organization', async () => {
    const alpha = await ground.ofAlpha.signIn(new Browser(), { login_hint: 'alice' });
    const beta = await ground.ofBeta.signIn(new Browser(), { login_hint: 'alice' });
    expect(alpha.claims.cip_sid).toBe(beta.claims.cip_sid);
    expect(alpha.claims.sub).not.toBe(beta.claims.sub);
  });

  it('an application of all gets the organization it asks for, and says nothing of the other', async () => {
    const browser = new Browser();
    await ground.ofAlpha.signIn(browser);
    await ground.ofBeta.signIn(browser);
    for (const tenant of ['alpha', 'beta']) {
      const { claims } = await ground.ofAll.signIn(browser, { prompt: 'none', acr_values: `tenant:${tenant}` });
      expect(claims.customer_id).toBe(tenant);
    }
    for (const acr of [undefined, 'tenant:gamma', 'idp:citrix', 'tenant:', 'tenant:alpha-', 'tenant:ALPHA']) {
      const answer = await silently(ground.ofAll, browser, { acr_values: acr });
      expect([acr, answer.get('error'), answer.get('code')]).toEqual([acr, 'login_required', null]);
    }
  });

  it('an administrator’s session is none for an application of the organization, and the other way round', async () => {
    const browser = new Browser();
    const administrator = await createAdministrator(ground.app, [ground.alpha.organization], 'Cross Admin');
    await browser.get(ground.ofAll.start({ acr_values: 'idp:citrix' }).url);
    await signInWithCode(browser, administrator).catch(() => undefined);
    expect((await silently(ground.ofAll, browser, { acr_values: 'idp:citrix' })).has('code')).toBe(true);
    for (const more of [{}, { acr_values: 'idp:citrix' }, { acr_values: 'idp:citrix tenant:alpha' }]) {
      expect((await silently(ground.ofAlpha, browser, more)).get('error')).toBe('login_required');
    }
    const subscriber = new Browser();
    await ground.ofAlpha.signIn(subscriber);
    expect((await silently(ground.ofAll, subscriber, { acr_values: 'idp:citrix' })).get('error')).toBe(
      'login_required',
    );
  });

  // Three defences: the signature covers the cookie's name, the session has its realm, and `isForeign` below.
  it('the cookie of one realm under another realm’s name is nothing', async () => {
    const browser = new Browser();
    await ground.ofAlpha.signIn(browser);
    const { sessions } = ground.app.services;
    const handle = browser.cookie('session-subscribers-alpha')!;
    expect((await sessions.findByHandle(handle, 'subscribers-alpha'))?.active).toBe(true);
    for (const realm of ['subscribers-beta', 'administrators', 'subscribers-', 'undecided'])
      expect(await sessions.findByHandle(handle, realm)).toBeUndefined();
    for (const cookie of browser.cookies) cookie.name = cookie.name.replace('subscribers-alpha', 'subscribers-beta');
    expect((await silently(ground.ofBeta, browser)).get('error')).toBe('login_required');
    for (const cookie of browser.cookies) cookie.name = cookie.name.replace('subscribers-beta', 'administrators');
    expect((await silently(ground.ofAll, browser, { acr_values: 'idp:citrix' })).get('error')).toBe('login_required');
    const home = await browser.fetch('GET', ground.app.sites.consoleUrl());
    expect(home.html).not.toContain('Alice');
  });

  // The defence behind the realms, for the day when somebody gets a realm wrong.
  it('a session that got into another realm’s request is foreign there, also of the same organization', async () => {
    const organizationId = ground.alpha.organization.id;
    const session = { realm: 'administrators', organizationIds: [organizationId, ground.beta.organization.id] };
    const foreignTo = (client: object) =>
      runInRealm('administrators', () => {
        realmContext().found = { handle: 'h', state: { session } as unknown as SessionState, logout: undefined };
        return isForeign({ oidc: { client: { sekisho: client }, session: { accountId: 'a' } } } as never);
      });
    expect(foreignTo({ organizationId, realm: 'subscribers-alpha' })).toBe(true);
    expect(foreignTo({ organizationId: null, realm: 'administrators' })).toBe(false);
    expect(foreignTo({ organizationId: null, realm: null })).toBe(false);
    expect(foreignTo({ organizationId: 'another', realm: 'administrators' })).toBe(true);
  });
});
