/** Whoever connects a tenant administers it there, and is the one who began here: every other way in (AAD-1, IDP-2). */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { operator } from '../../src/directory/authority.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import {
  type AzureAd,
  type ConnectingOrganization,
  connectTenant,
  draftOfAzureAd,
  globalAdministrator,
  organizationInConsole,
  passAndMakeLive,
  startAzureAd,
} from '../support/scenario/azure-ad.ts';
import { tenantId } from '../support/scenario/upstreams.ts';

const foreign = '99999999-0000-4000-8000-000000000000';
let azure: AzureAd;
let attacker: ConnectingOrganization;
let connectionId: string;
let count = 0;

beforeAll(async () => {
  azure = await startAzureAd();
});
afterAll(() => azure.close());
beforeEach(async () => {
  azure.users[0] = globalAdministrator;
  azure.consented.clear();
  azure.upstream.requests.length = 0;
  count += 1;
  attacker = await organizationInConsole(azure.app, `attacker${count}`, `Attacker ${'ABCDEFGHIJKL'[count]}`);
  connectionId = (await draftOfAzureAd(azure.app, attacker.organization, `attack-${count}`)).id;
});

const proof = () => azure.app.services.connectionTenants.find({ id: connectionId });
/** Where Microsoft is told to send the browser after the last leg, with everything in it; the browser stops before it. */
async function lastAnswer(browser = attacker.browser): Promise<URL> {
  await attacker.browser.get(attacker.url(`/connections/${connectionId}/tenant`));
  await attacker.browser.submit({}, '/tenant');
  let next = attacker.browser.link('adminconsent');
  for (;;) {
    const page = await browser.fetch('GET', next);
    const location = new URL(page.headers.location ?? '', next);
    if (location.searchParams.has('code') && location.pathname.endsWith('/connect')) return location;
    next = location;
  }
}
const noProof = async () => {
  expect(await proof()).toBeUndefined();
  const draft = await azure.app.services.connectionDrafts.find({ id: connectionId, kind: 'azure-ad' });
  expect(draft?.settings).not.toHaveProperty('tenantId');
  // nobody asked anything in the organization's name
  const asked = azure.upstream.requests.filter(({ form }) => form.grant_type === 'client_credentials');
  expect(asked).toEqual([]);
};

it('a foreign tenant in the consent’s redirect gives nobody that tenant', async () => {
  azure.upstream.misbehaveNext('consent-foreign-tenant');
  const page = await connectTenant(attacker, connectionId);
  expect(page.status).toBe(422);
  expect(page.html).toContain('another tenant');
  await noProof();
});

it('a consent’s answer written by hand, without any sign-in, gives no tenant', async () => {
  await attacker.browser.get(attacker.url(`/connections/${connectionId}/tenant`));
  await attacker.browser.submit({}, '/tenant');
  const state = attacker.browser.link('adminconsent').searchParams.get('state') ?? '';
  const forged = new URL(azure.app.sites.callbackUrl('login-azuread/connect'));
  forged.search = String(new URLSearchParams({ admin_consent: 'True', tenant: foreign, state }));
  const next = await attacker.browser.fetch('GET', forged);
  // it leads to the consent of the next application, and to the sign-in in the end
  expect(new URL(next.headers.location ?? '').pathname).toContain('adminconsent');
  await noProof();
});

it.each([
  ['an ordinary member', { roles: [] }],
  ['a reader of the directory', { roles: ['f2ef992c-3afb-46b9-b7cf-a126ee74c451'] }],
])('%s of the tenant cannot give it away', async (_who, more) => {
  azure.users[0] = { ...globalAdministrator, ...more };
  const page = await connectTenant(attacker, connectionId);
  expect(page.status).toBe(422);
  expect(page.html).toContain('Global Administrator');
  await noProof();
});

it('a victim who finishes the journey in their own browser gives the attacker nothing', async () => {
  const victim = new Browser();
  const answer = await lastAnswer(victim);
  const page = await victim.get(answer);
  // nobody is signed in there: they see the sign-in page of the console
  expect(page.html).not.toContain(tenantId);
  await noProof();
  // and the code in the victim’s address bar is spent
  const leaked = page.history.find(({ searchParams }) => searchParams.has('h'));
  expect(leaked).toBeDefined();
});

it('another administrator’s session gets nothing of it, and leaves nothing for the one that began', async () => {
  const { app } = azure;
  const other = await createAdministrator(app, [attacker.organization], `Other ${count}`);
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, other);
  const page = await browser.get(await lastAnswer());
  expect(page.status).toBe(403);
  expect(page.html).toContain('begun in another session');
  await noProof();
  const code = page.history.find(({ searchParams }) => searchParams.has('h'))!;
  expect((await attacker.browser.get(code)).status).toBe(410);
  await noProof();
});

it('an answer is used once, at the callback and at the console', async () => {
  const answer = await lastAnswer();
  const first = await attacker.browser.get(answer);
  expect(first.html).toContain('The tenant is connected.');
  expect((await attacker.browser.get(answer)).status).toBe(410);
  const code = first.history.find(({ searchParams }) => searchParams.has('h'))!;
  expect((await attacker.browser.get(code)).status).toBe(410);
});

it('an answer of another connection, of another organization, opens neither', async () => {
  const answer = await lastAnswer();
  const callback = await attacker.browser.fetch('GET', answer);
  const code = new URL(callback.headers.location ?? '').searchParams.get('h') ?? '';
  const { id: second } = await draftOfAzureAd(azure.app, attacker.organization, `second-${count}`);
  const page = await attacker.browser.get(attacker.url(`/connections/${second}/tenant/return?h=${code}`));
  expect(page.status).toBe(403);
  await noProof();
  expect(await azure.app.services.connectionTenants.find({ id: second })).toBeUndefined();
});

it('the state of a sign-in is none of a consent, and the other way round', async () => {
  const answer = await lastAnswer();
  const signIn = new URL(azure.app.sites.callbackUrl('login-azuread'));
  signIn.search = answer.search;
  expect((await attacker.browser.fetch('GET', signIn)).status).toBe(410);
  await noProof();
});

it('too late is too late', async () => {
  const answer = await lastAnswer();
  azure.app.clock.advance(16 * 60_000);
  expect((await attacker.browser.get(answer)).status).toBe(410);
  await noProof();
});

it('somebody who signed in by Azure AD neither connects nor reconnects it, whatever their access (IDP-2)', async () => {
  const { app, upstream } = azure;
  await connectTenant(attacker, connectionId);
  await passAndMakeLive(app, connectionId);
  await app.services.administrators.add(
    {
      organizationId: attacker.organization.id,
      kind: 'azure-ad-user',
      connectionId,
      subject: `${tenantId}.${globalAdministrator.subject}`,
      displayName: 'Gloria',
      email: 'gloria@contoso.example',
      access: { access: 'full' },
    },
    operator,
  );
  const browser = new Browser();
  await browser.get(app.sites.goUrl(`attack-${count}`));
  const page = await browser.get(attacker.url(`/connections/${connectionId}/tenant`));
  expect(page.html).toContain('signed in with the Citrix identity');
  expect(page.html).not.toContain('Reconnect</button>');
  const before = await proof();
  upstream.requests.length = 0;
  const { csrf = '' } = browser.forms().find(({ fields }) => 'csrf' in fields)?.fields ?? {};
  const posted = await browser.post(attacker.url(`/connections/${connectionId}/tenant`), { csrf });
  expect(posted.status).toBe(403);
  expect(await proof()).toEqual(before);
});
