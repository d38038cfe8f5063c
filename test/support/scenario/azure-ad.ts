/** An installation whose operator has applications at a simulated Entra, and an organization that may connect its tenant. */

import type { Connection } from '../../../src/directory/connections/connections.ts';
import { operatorEditor } from '../../../src/directory/connections/editor.ts';
import type { Organization } from '../../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../app.ts';
import { Browser } from '../browser.ts';
import { createTestClock } from '../clock.ts';
import type { MailServer } from '../services/mail-server.ts';
import type { EntraDirectory } from '../upstreams/oidc/entra-directory.ts';
import { type EntraLikeOptions, startEntraLike } from '../upstreams/oidc/entra-like.ts';
import type { SimulatedUser, Simulator } from '../upstreams/oidc/vendor.ts';
import { createAdministrator, signInWithCode, type TestAdministrator } from './administrators.ts';
import { tenantId } from './upstreams.ts';

export const globalAdministrator: SimulatedUser = {
  username: 'global-admin',
  password: 'irrelevant',
  subject: '11111111-0000-4000-8000-000000000001',
  roles: ['62e90394-69f5-4237-9190-012177145e10'],
  graph: { displayName: 'Gloria Admin', mail: 'gloria@contoso.example', userPrincipalName: 'gloria@contoso.example' },
};

export interface AzureAd {
  app: TestApp;
  upstream: Simulator;
  /** The first one is who sits at Microsoft's page: change it to change the person. */
  users: SimulatedUser[];
  /** Client ids that the tenant has let in. */
  consented: Set<string>;
  close(): Promise<void>;
}

/** Two applications: one for subscribers and administrators, one for the directory. */
export async function startAzureAd(
  options: { mailServer?: MailServer; directory?: Partial<EntraDirectory>; upstream?: Partial<EntraLikeOptions> } = {},
): Promise<AzureAd> {
  const clock = createTestClock();
  const users = [globalAdministrator];
  const consented = new Set<string>();
  const clients = [
    { clientId: 'app-of-people', clientSecret: 'secret-of-people', redirectUris: [] as string[] },
    { clientId: 'app-of-directory', clientSecret: 'secret-of-directory', redirectUris: [] as string[] },
  ];
  const upstream = await startEntraLike({
    tenantId,
    users,
    clients,
    consented,
    clock,
    loginPage: false,
    ...(options.directory && { directory: options.directory }),
    ...options.upstream,
  });
  const app = await startTestApp({
    clock,
    ...(options.mailServer && { mailServer: options.mailServer }),
    env: {
      SEKISHO_AZURE_AD_CLIENT_ID: 'app-of-people',
      SEKISHO_AZURE_AD_CLIENT_SECRET: 'secret-of-people',
      SEKISHO_AZURE_AD_DIRECTORY_CLIENT_ID: 'app-of-directory',
      SEKISHO_AZURE_AD_DIRECTORY_CLIENT_SECRET: 'secret-of-directory',
      SEKISHO_AZURE_AD_AUTHORITY: upstream.url,
      SEKISHO_AZURE_AD_GRAPH_URL: upstream.url,
    },
  });
  for (const { redirectUris } of clients)
    redirectUris.push(app.sites.callbackUrl('login-azuread'), app.sites.callbackUrl('login-azuread/connect'));
  return {
    app,
    upstream,
    users,
    consented,
    async close() {
      await app.close();
      await upstream.close();
    },
  };
}

export interface ConnectingOrganization {
  organization: Organization;
  administrator: TestAdministrator;
  /** Signed in to the console. */
  browser: Browser;
  /** Absolute URL within the organization's console. */
  url(path: string): string;
}

/** An organization, and a browser in which its full-access administrator has signed in. */
export async function organizationInConsole(
  app: TestApp,
  customerId: string,
  name = `Admin of ${customerId}`,
): Promise<ConnectingOrganization> {
  const organization = await app.services.organizations.create({ name: `The ${customerId} company`, customerId });
  const administrator = await createAdministrator(app, [organization], name);
  const url = (path: string) => app.sites.consoleUrl(`/o/${customerId}${path}`);
  const browser = new Browser();
  await browser.get(app.sites.consoleUrl());
  await signInWithCode(browser, administrator);
  return { organization, administrator, browser, url };
}

/** A draft without a tenant, for administrators and subscribers. */
export async function draftOfAzureAd(
  app: TestApp,
  organization: Organization,
  identifier: string,
): Promise<Connection> {
  const head = { kind: 'azure-ad', name: `Entra ${identifier}`, subscribers: true, administrators: true, identifier };
  return (await app.services.connectionDrafts.begin(operatorEditor, organization.id, head)).connection;
}

/** From the tenant's page through Microsoft and back. */
export async function connectTenant({ browser, url }: ConnectingOrganization, connectionId: string) {
  await browser.get(url(`/connections/${connectionId}/tenant`));
  await browser.submit({}, '/tenant');
  return browser.get(browser.link('adminconsent'));
}

/** As after "Test and Finish". */
export async function passAndMakeLive(app: TestApp, connectionId: string): Promise<void> {
  const { connectionDrafts } = app.services;
  const opened = await connectionDrafts.openSettings(connectionId);
  if (!opened) throw new Error('there is no draft');
  await connectionDrafts.notePassed(connectionId, opened.revision);
  await connectionDrafts.makeLive(operatorEditor, connectionId, opened.revision);
}
