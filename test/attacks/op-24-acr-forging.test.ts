/** SECURITY OP-24: what a request asks for is not what happened. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { arrive } from '../support/relying-party.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());

const wanted = 'urn:example:multi-factor';
const essential = (name: string, value: object) =>
  JSON.stringify({ id_token: { [name]: { essential: true, ...value } } });

describe('asking for stronger authentication', () => {
  it('acr_values are wishes: no token repeats them', async () => {
    const { claims } = await ground.ofAlpha.signIn(new Browser(), { acr_values: `${wanted} phr mfa` });
    expect(claims.acr).not.toBe(wanted);
    expect(JSON.stringify(claims)).not.toContain('phr');
    expect(claims.amr ?? []).not.toContain('mfa');
  });

  it.each([essential('acr', { values: [wanted] }), essential('acr', { value: wanted })])(
    'an essential one that was not met is an error, with a session and without: %s',
    async (claims) => {
      const browser = new Browser();
      const first = await arrive(browser, ground.ofAlpha.start({ claims }).url);
      expect([first.get('error'), first.get('code')]).toEqual(['unmet_authentication_requirements', null]);
      await ground.ofAlpha.signIn(browser);
      const silent = await arrive(browser, ground.ofAlpha.start({ claims, prompt: 'none' }).url);
      expect([silent.get('error') !== null, silent.get('code')]).toEqual([true, null]);
    },
  );

  it('claims of somebody else, or of nobody, cannot be asked into a token', async () => {
    const values = {
      sub: { value: 'admin' },
      cip_upn: { value: 'admin@corp.example' },
      access: { essential: true },
      org_id: { value: '1' },
    };
    const claims = JSON.stringify({ id_token: { ...values, sub: undefined }, userinfo: values });
    const signedIn = await ground.ofAlpha.signIn(new Browser(), { claims, login_hint: 'alice' });
    expect(signedIn.claims.cip_upn).not.toBe('admin@corp.example');
    expect(signedIn.claims.access).toBeUndefined();
    expect(signedIn.claims.org_id).toBe(ground.alpha.organization.orgId);
  });

  it('a sub that is asked for and not met is an error', async () => {
    const claims = JSON.stringify({ id_token: { sub: { value: 'somebody-else' } } });
    const answer = await arrive(new Browser(), ground.ofAlpha.start({ claims }).url);
    expect([answer.get('error') !== null, answer.get('code')]).toEqual([true, null]);
  });

  it('max_age and prompt=login are answered by a new authentication, never by a changed number', async () => {
    const browser = new Browser();
    const before = await ground.ofAlpha.signIn(browser);
    ground.app.clock.advance(120_000);
    const asked = ground.alpha.upstream.requests.length;
    const after = await ground.ofAlpha.signIn(browser, { max_age: '0' });
    expect(ground.alpha.upstream.requests.length).toBeGreaterThan(asked);
    expect(Number(after.claims.auth_time)).toBeGreaterThan(Number(before.claims.auth_time));
  });
});
