/** Connecting Azure AD by the consent of the tenant's own administrator, from nothing to live, and again (AAD-1, AAD-6). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import {
  type AzureAd,
  connectTenant,
  draftOfAzureAd,
  globalAdministrator,
  organizationInConsole,
  passAndMakeLive,
  startAzureAd,
} from '../support/scenario/azure-ad.ts';
import { tenantId } from '../support/scenario/upstreams.ts';

let azure: AzureAd;
beforeAll(async () => {
  azure = await startAzureAd({ directory: { application: ['User.Read.All'] } });
});
afterAll(() => azure.close());
beforeEach(() => {
  azure.users[0] = globalAdministrator;
  azure.upstream.requests.length = 0;
});
const graphRequests = () => azure.upstream.requests.filter(({ path }) => path.startsWith('/v1.0/'));

it('goes from nothing by Microsoft to a proven tenant, and after the test to live', async () => {
  const { app } = azure;
  const connecting = await organizationInConsole(app, 'contoso');
  const { organization, browser, url } = connecting;
  await browser.get(url('/connections/new/azure-ad'));
  const head = { name: 'Entra ID', subscribers: 'on', administrators: 'on', identifier: 'contoso-admins' };
  const page = await browser.submit(head, '/connections/new/azure-ad');
  expect(page.html).toContain('No tenant is connected yet');
  const id = /\/connections\/([0-9a-f-]{36})\/tenant$/.exec(page.url.pathname)?.[1] ?? '';

  const arrived = await connectTenant(connecting, id);
  expect(arrived.url.href).toBe(url(`/connections/${id}/tenant?done=tenant_connected`));
  expect(arrived.html).toContain(tenantId);
  expect([...azure.consented]).toEqual(['app-of-people', 'app-of-directory']);
  // nothing was asked of the directory for the organization on the way
  expect(graphRequests()).toEqual([]);
  expect(azure.upstream.requests.filter(({ form }) => form.grant_type === 'client_credentials')).toEqual([]);

  const draft = await app.services.connectionDrafts.find({ id, kind: 'azure-ad' });
  expect(draft).toMatchObject({ settings: { tenantId }, problems: [] });
  await passAndMakeLive(app, id);
  const live = await browser.get(url(`/connections/${id}/tenant`));
  expect(live.html).toContain('Permissions are missing');
  expect(live.html.replace(/<[^>]+>/g, ' ')).toMatch(/GroupMember\.Read\.All\s+Application\s+Missing/);
  expect(live.html.replace(/<[^>]+>/g, ' ')).toMatch(/User\.Read\.All\s+Application\s+Granted/);
  const { items } = await eventsOf(organization.id);
  expect(items).toContain('platform/identityprovider/azuread/connect');
});

async function eventsOf(organizationId: string) {
  const rows = await azure.app.database.db
    .selectFrom('system_log')
    .select('event')
    .where('organization_id', '=', organizationId)
    .execute();
  return { items: rows.map(({ event }) => event) };
}

describe('reconnecting', () => {
  it('refreshes the permissions of a live connection and leaves its settings alone', async () => {
    const { app } = azure;
    const connecting = await organizationInConsole(app, 'fabrikam');
    const { id } = await draftOfAzureAd(app, connecting.organization, 'fabrikam-admins');
    await connectTenant(connecting, id);
    await passAndMakeLive(app, id);
    const before = await app.services.connections.find(id);
    azure.consented.clear();
    expect((await connecting.browser.get(connecting.url(`/connections/${id}/tenant`))).html).toMatch(
      /has not let this application in/,
    );
    app.clock.advance(60_000);
    const arrived = await connectTenant(connecting, id);
    expect(arrived.html).toContain('The tenant is connected.');
    expect(await app.services.connections.find(id)).toEqual(before);
    expect(await app.services.connectionDrafts.find({ id, kind: 'azure-ad' })).toBeUndefined();
    expect(azure.consented.size).toBe(2);
  });

  it('to another tenant is refused until it is disconnected', async () => {
    const { app } = azure;
    const connecting = await organizationInConsole(app, 'tailspin');
    const { id } = await draftOfAzureAd(app, connecting.organization, 'tailspin-admins');
    await connectTenant(connecting, id);
    await passAndMakeLive(app, id);
    const other = '22222222-0000-4000-8000-000000000002';
    azure.users[0] = { ...globalAdministrator, tenantId: other };
    const refused = await connectTenant(connecting, id);
    expect(refused.status).toBe(409);
    expect(refused.html).toContain('live with another tenant');
    expect(await app.services.connectionTenants.find({ id })).toMatchObject({ tenantId });

    const { version } = (await app.services.connections.find(id))!;
    await app.services.disconnecting.disconnect(operatorEditor, id, version);
    expect(await app.services.connectionTenants.find({ id })).toBeUndefined();
    await connectTenant(connecting, id);
    expect(await app.services.connectionTenants.find({ id })).toMatchObject({ tenantId: other });
    expect(await app.services.connectionDrafts.find({ id, kind: 'azure-ad' })).toMatchObject({
      settings: { tenantId: other },
    });
  });
});

describe('what went wrong is told where it began', () => {
  it.each([
    ['consent-refused', 'The permissions were not accepted at Microsoft', 'access_denied'],
    ['credential-expired', 'has expired', 'invalid_client'],
    ['signature-foreign-key', 'signature', 'key-1'],
  ] as const)('%s', async (fault, text, received) => {
    const { app } = azure;
    const connecting = await organizationInConsole(app, `wrong-${fault.slice(0, 9).replaceAll('-', '')}`, `A ${fault}`);
    const { id } = await draftOfAzureAd(app, connecting.organization, `of-${fault}`);
    azure.upstream.misbehaveNext(fault);
    const page = await connectTenant(connecting, id);
    expect(page.status).toBe(422);
    expect(page.html).toContain(text);
    expect(page.html).toContain(received);
    expect(page.html).toContain('Reference code');
    expect(await app.services.connectionTenants.find({ id })).toBeUndefined();
  });
});

it('a tenant that nobody has connected does not go live, except by the operator', async () => {
  const { app } = azure;
  const { organization, administrator, browser, url } = await organizationInConsole(app, 'typed');
  const { id } = await draftOfAzureAd(app, organization, 'typed-admins');
  const drafts = app.services.connectionDrafts;
  const { draft } = await drafts.save(operatorEditor, id, 1, { settings: { tenantId } });
  await drafts.notePassed(id, draft.revision);
  const rows = await app.services.administrators.list(organization.id);
  const by = {
    act: { actor: { type: 'administrator' as const, id: administrator.identity.id, name: 'A' } },
    as: rows.map((row) => row.id),
    signedInWith: 'citrix',
  };
  await expect(drafts.makeLive(by, id, draft.revision)).rejects.toMatchObject({ code: 'tenant_not_proven' });
  await drafts.makeLive(operatorEditor, id, draft.revision);
  // and even then nothing is asked of its directory
  const page = await browser.get(url(`/connections/${id}/tenant`));
  expect(page.html).toContain('entered by hand');
  const connection = (await app.services.connections.find(id))!;
  await expect(app.services.directoryBrowsing.browserOf(connection)).rejects.toMatchObject({
    code: 'tenant_not_proven',
  });
  expect(graphRequests()).toEqual([]);
});
