/** SECURITY SAML-40: RelayState is our own handle or nothing; it never says where to go. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { type Connected, connectSaml } from '../support/scenario/upstreams.ts';
import type { SamlIdp } from '../support/upstreams/saml/saml-idp.ts';
import { catchAnswer, deliver } from './attacker.ts';

let app: TestApp;
let saml: Connected<SamlIdp>;
let application: RelyingParty;
beforeAll(async () => {
  app = await startTestApp();
  saml = await connectSaml(app, 'alpha');
  application = await registerRelyingParty(app, { organizationId: saml.organization.id });
});
afterAll(async () => {
  await saml.upstream.close();
  await app.close();
});

const states = [
  'https://evil.test/',
  '//evil.test',
  'javascript:alert(1)',
  '/signin/x',
  `${'a'.repeat(20)}.wevil.test/.AAAAAAAAAAAAAAA`,
  'x'.repeat(10_000),
  '"><script>alert(1)</script>',
  '../../x',
];

describe('a RelayState of somebody’s own', () => {
  it.each(states)('%s leads nowhere from the ACS', async (relayState) => {
    const browser = new Browser();
    const answer = await catchAnswer(app, browser, application.start().url);
    const page = await deliver(browser, { ...answer, fields: { ...answer.fields, RelayState: relayState } });
    expect([page.status, page.headers.location]).toEqual([400, undefined]);
    expect(page.html).not.toMatch(/evil|<script>alert/);
  });

  it.each(states)('%s leads nowhere from the end of a logout', async (relayState) => {
    for (const method of ['GET', 'POST'] as const) {
      const url = new URL(app.sites.samlLogoutUrl);
      const fields = new URLSearchParams({ RelayState: relayState, SAMLResponse: 'x' });
      if (method === 'GET') url.search = String(fields);
      const page = await new Browser().fetch(method, url, method === 'POST' ? fields : undefined);
      expect([page.status, page.headers.location]).toEqual([501, undefined]);
      expect(page.html).not.toMatch(/<script>alert|href="[^"]*\/\/evil/);
    }
  });

  it('a handle made for one application leads to that application and no other', async () => {
    const handle = app.services.handles.make('workspace:alpha');
    const page = await new Browser().fetch('GET', `${app.sites.samlLogoutUrl}?RelayState=${handle}`);
    expect(page.headers.location).toBe(app.sites.workspaceUrl('alpha', '/signed-out'));
    const [random, , mac] = handle.split('.');
    const forged = await new Browser().fetch('GET', `${app.sites.samlLogoutUrl}?RelayState=${random}.wbeta.${mac}`);
    expect([forged.status, forged.headers.location]).toEqual([501, undefined]);
  });
});
