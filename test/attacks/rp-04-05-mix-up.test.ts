/** SECURITY RP-04 and RP-05: an answer of one provider, or for one person, in the attempt of another. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { type Connected, connectGateway, connectSaml } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';
import { catchAnswer, deliver, type Ground, startGround } from './attacker.ts';

let ground: Ground;
let gateway: Connected<Simulator>;
let saml: Connected<SamlIdp>;
let ofGateway: RelyingParty;
let ofSaml: RelyingParty;
beforeAll(async () => {
  ground = await startGround();
  gateway = await connectGateway(ground.app, 'gamma');
  saml = await connectSaml(ground.app, 'delta');
  ofGateway = await registerRelyingParty(ground.app, { organizationId: gateway.organization.id });
  ofSaml = await registerRelyingParty(ground.app, { organizationId: saml.organization.id });
});
afterAll(async () => {
  await gateway.upstream.close();
  await saml.upstream.close();
  await ground.close();
});

const caught = (browser: Browser, application: RelyingParty, more = {}) =>
  catchAnswer(ground.app, browser, application.start(more).url);
const hasSession = (browser: Browser) => browser.cookies.some(({ name }) => name.startsWith('session-'));
const lastTokenRequest = (upstream: Simulator) =>
  upstream.requests.filter(({ path }) => path.endsWith('/token')).at(-1);

describe('RP-04, mix-up', () => {
  it("a code of B in A's attempt makes no session, and goes to A's token endpoint only", async () => {
    const browser = new Browser();
    const ofA = await caught(browser, ground.ofAlpha);
    const ofB = await caught(browser, ground.ofBeta);
    const [codeA, codeB] = [ofA.url.searchParams.get('code')!, ofB.url.searchParams.get('code')!];
    ofA.url.searchParams.set('code', codeB);
    const page = await deliver(browser, ofA);
    expect([page.status, page.headers.location]).toEqual([400, undefined]);
    expect(hasSession(browser)).toBe(false);
    expect(lastTokenRequest(ground.alpha.upstream)?.form.code).toBe(codeB);
    expect(JSON.stringify(ground.beta.upstream.requests.map(({ form }) => form))).not.toContain(codeA);
    expect(JSON.stringify(ground.beta.upstream.requests.filter(({ path }) => path.endsWith('/token')))).not.toContain(
      codeB,
    );
  });

  // Fails when `complete` in src/signin/sign-in.ts does not compare the callback with the connection's kind.
  it.each(['login-cip', 'login-azuread'])(
    'an answer of Okta at %s is refused, and its attempt is over',
    async (name) => {
      const browser = new Browser();
      const answer = await caught(browser, ground.ofAlpha);
      const before = lastTokenRequest(ground.alpha.upstream);
      const moved = { ...answer, url: new URL(answer.url.href.replace('login-okta', name)) };
      expect([(await deliver(browser, moved)).status, hasSession(browser)]).toEqual([400, false]);
      expect(lastTokenRequest(ground.alpha.upstream)).toBe(before);
      expect((await deliver(browser, answer)).status).toBe(410);
    },
  );

  it('an answer of OIDC at the assertion consumer service, and one of SAML at a redirect URI, are refused', async () => {
    const browser = new Browser();
    const oidc = await caught(browser, ground.ofAlpha);
    const fields = { RelayState: oidc.url.searchParams.get('state')!, SAMLResponse: 'PHg+', code: 'x' };
    const posted = await deliver(browser, { method: 'POST', url: new URL(ground.app.sites.acsUrl), fields });
    expect([posted.status, posted.headers.location]).toEqual([400, undefined]);

    const assertion = await caught(browser, ofSaml);
    const url = new URL(ground.app.sites.callbackUrl('login-okta'));
    for (const [name, value] of Object.entries(assertion.fields)) url.searchParams.set(name, value);
    const got = await deliver(browser, { method: 'GET', url, fields: {} });
    expect([400, 413, 431]).toContain(got.status);
    expect(hasSession(browser)).toBe(false);
  });

  it('two handles in one answer are not two chances', async () => {
    const browser = new Browser();
    const victim = await caught(browser, ofSaml);
    const other = await caught(browser, ground.ofAlpha);
    const fields = { ...victim.fields, state: other.url.searchParams.get('state')! };
    expect((await deliver(browser, { ...victim, fields })).status).toBe(400);
    expect(hasSession(browser)).toBe(false);
  });
});

describe('RP-05, code injection', () => {
  it.each(['okta', 'gateway'])("a stolen code in the attacker's own attempt signs nobody in: %s", async (kind) => {
    const application = kind === 'okta' ? ground.ofAlpha : ofGateway;
    const stolen = await caught(new Browser(), application, { login_hint: 'alice' });
    const attacker = new Browser();
    const own = await caught(attacker, application, { login_hint: 'bob' });
    own.url.searchParams.set('code', stolen.url.searchParams.get('code')!);
    const page = await deliver(attacker, own);
    expect([page.status, page.headers.location]).toEqual([400, undefined]);
    expect(hasSession(attacker)).toBe(false);
  });

  it("nor does the whole stolen answer in the attacker's browser", async () => {
    const stolen = await caught(new Browser(), ground.ofAlpha, { login_hint: 'alice' });
    const attacker = new Browser();
    await caught(attacker, ground.ofAlpha, { login_hint: 'bob' });
    const delivered = await deliver(attacker, stolen);
    const returned = await attacker.fetch('GET', delivered.headers.location!);
    expect(returned.status).toBe(410);
    expect(hasSession(attacker)).toBe(false);
  });
});
