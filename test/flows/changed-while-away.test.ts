/** A connection is changed while somebody is at the provider: certificates and names may change under them, endpoints not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDisconnecting } from '../../src/directory/connections/disconnecting.ts';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { alice, type Connected, connectOkta } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';

let app: TestApp;
let okta: Connected<Simulator>;
beforeAll(async () => {
  app = await startTestApp();
  okta = await connectOkta(app, 'away', { loginPage: true });
});
afterAll(async () => {
  await okta.upstream.close();
  await app.close();
});

/** Begins at the workspace; `meanwhile` while the person is at the provider; then they sign in there. */
async function signInWhile(meanwhile: () => Promise<unknown>) {
  const browser = new Browser();
  await browser.get(app.sites.workspaceUrl('away'));
  await meanwhile();
  return browser.submit({ username: alice.username, password: alice.password });
}

async function makeLive(change: Record<string, unknown>): Promise<void> {
  const { connectionDrafts } = app.services;
  const draft = await connectionDrafts.open(operatorEditor, okta.connectionId);
  const settings = { ...draft.settings, ...change };
  const saved = await connectionDrafts.save(operatorEditor, okta.connectionId, draft.revision, {
    settings,
    secrets: { clientSecret: 'secret-of-sekisho-at-upstream' },
  });
  await connectionDrafts.makeLive(operatorEditor, okta.connectionId, saved.draft.revision, { untested: 'operator' });
}

describe('Somebody who is at the provider while the connection is changed', () => {
  it('gets in when only something else than its endpoints has changed', async () => {
    const page = await signInWhile(() => makeLive({ scopes: 'openid profile' }));
    expect([page.status, page.html.includes('Alice Liddell')]).toEqual([200, true]);
  });

  it('gets in when it is called something else by now', async () => {
    const { changeDetails, connections } = app.services;
    const page = await signInWhile(async () => {
      const { detailsVersion: version } = (await connections.find(okta.connectionId))!;
      const details = { name: 'Another name', subscribers: true, administrators: false };
      await changeDetails(operatorEditor, okta.connectionId, details, version);
    });
    expect(page.status).toBe(200);
  });

  it('does not when it speaks to another provider by now, who never sees the first one’s code', async () => {
    const other = await connectOkta(app, 'other');
    const before = other.upstream.url;
    const page = await signInWhile(() => makeLive({ url: before }));
    expect(page.status).toBe(400);
    // The log of the server says why; `code` is never written, so the name of the failure is not called that.
    expect(app.log.find((line) => line.includes('sign-in failed'))).toContain('"reason":"settings_invalid"');
    await makeLive({ url: okta.upstream.url });
    await other.upstream.close();
  });

  it('does not when it has been disconnected', async () => {
    const { disconnecting, connections, organizations } = app.services;
    const page = await signInWhile(async () => {
      await organizations.setSubscriberConnection(okta.organization.id, null);
      const { version } = (await connections.find(okta.connectionId))!;
      await disconnecting.disconnect(operatorEditor, okta.connectionId, version);
    });
    expect(page.status).toBe(400);
  });
});

describe('Somebody who is signed in by a connection', () => {
  it('is signed out when it is disconnected by another process, with the next round of this one', async () => {
    const gateway = await connectOkta(app, 'gone');
    const { organizations, connections, systemLog, sessions } = app.services;
    const browser = new Browser();
    const home = app.sites.workspaceUrl('gone');
    expect((await browser.get(home)).html).toContain('Alice Liddell');
    await organizations.setSubscriberConnection(gateway.organization.id, null);
    const { disconnect } = createDisconnecting({
      db: app.database.db,
      clock: app.clock,
      systemLog,
      onDisconnected: async () => undefined,
    });
    const { version } = (await connections.find(gateway.connectionId))!;
    await disconnect(operatorEditor, gateway.connectionId, version);
    expect(await sessions.listOfOrganization(gateway.organization.id)).toHaveLength(1);
    await app.finalise();
    expect(await sessions.listOfOrganization(gateway.organization.id)).toEqual([]);
    await gateway.upstream.close();
  });
});
