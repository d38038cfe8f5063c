/** SECURITY RP-18 and SAML-34: nobody is signed in as somebody else by an answer that their browser did not ask for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { arrive, type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { type Connected, connectSaml } from '../support/scenario/upstreams.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';
import { beginSignIn, catchAnswer, deliver, type Ground, startGround } from './attacker.ts';

let ground: Ground;
let saml: Connected<SamlIdp>;
let ofSaml: RelyingParty;
beforeAll(async () => {
  ground = await startGround();
  saml = await connectSaml(ground.app, 'delta');
  ofSaml = await registerRelyingParty(ground.app, { organizationId: saml.organization.id });
});
afterAll(async () => {
  await saml.upstream.close();
  await ground.close();
});

const kinds = { okta: () => ground.ofAlpha, saml: () => ofSaml };

// Three defences: the cookie of the sign-in under way (OP-09), the attempt's interaction, the attempt's browser. The test
// with planted cookies fails when return.ts does not compare the browser.
describe.each(Object.keys(kinds) as (keyof typeof kinds)[])('an answer of %s for the attacker', (kind) => {
  const isNobody = async (browser: Browser) =>
    (await arrive(browser, kinds[kind]().start({ prompt: 'none' }).url)).get('error') === 'login_required';

  it("auto-posted or linked into a victim's browser gives it no session", async () => {
    const attacker = new Browser();
    const answer = await catchAnswer(ground.app, attacker, kinds[kind]().start().url);
    const victim = new Browser();
    await victim.get(`${ground.app.sites.accountsBase}/signin/x`);
    const page = answer.method === 'GET' ? await victim.get(answer.url) : await victim.post(answer.url, answer.fields);
    expect(page.status).toBe(410);
    expect(await isNobody(victim)).toBe(true);
  });

  it('nor when the victim is signing in to the same application at that moment', async () => {
    const attacker = new Browser();
    const answer = await catchAnswer(ground.app, attacker, kinds[kind]().start().url);
    const victim = new Browser();
    await beginSignIn(victim, kinds[kind]());
    const page = answer.method === 'GET' ? await victim.get(answer.url) : await victim.post(answer.url, answer.fields);
    expect(page.status).toBe(410);
    expect(await isNobody(victim)).toBe(true);
  });

  it("its hand-over, carried to the victim's own sign-in, is refused and used up", async () => {
    const attacker = new Browser();
    const answer = await catchAnswer(ground.app, attacker, kinds[kind]().start().url);
    const location = (await deliver(attacker, answer)).headers.location!;
    const victim = new Browser();
    const own = await beginSignIn(victim, kinds[kind]());
    const code = new URL(location).searchParams.get('h')!;
    const page = await victim.fetch('GET', `${ground.app.sites.accountsBase}${own.pathname}/return?h=${code}`);
    expect(page.status).toBe(403);
    expect(await isNobody(victim)).toBe(true);
    expect((await attacker.fetch('GET', location)).status).toBe(410);
  });

  it('is refused also where the attacker could plant the cookies of their sign-in', async () => {
    const attacker = new Browser();
    const answer = await catchAnswer(ground.app, attacker, kinds[kind]().start().url);
    const location = (await deliver(attacker, answer)).headers.location!;
    const victim = new Browser();
    await victim.get(await beginSignIn(victim, ground.ofAll));
    victim.cookies.push(...attacker.cookies.filter(({ name }) => /^(interaction|resume)/.test(name)));
    expect((await victim.fetch('GET', location)).status).toBe(403);
    expect(victim.cookies.some(({ name }) => name.startsWith('session-'))).toBe(false);
  });

  it('a hand-over lives a minute and works once, also at the same moment', async () => {
    const late = new Browser();
    const slow = await deliver(late, await catchAnswer(ground.app, late, kinds[kind]().start().url));
    ground.app.clock.advance(61_000);
    expect((await late.fetch('GET', slow.headers.location!)).status).toBe(410);
    const browser = new Browser();
    const delivered = await deliver(browser, await catchAnswer(ground.app, browser, kinds[kind]().start().url));
    const statuses = await Promise.all([1, 2, 3].map(() => browser.fetch('GET', delivered.headers.location!)));
    expect(statuses.map(({ status }) => status).sort()).toEqual([303, 410, 410]);
  });
});
