/** Secure clients of administrators of a running test app. */

import { operator } from '../../../src/directory/authority.ts';
import type { Organization } from '../../../src/directory/organizations.ts';
import type { Access } from '../../../src/directory/permissions.ts';
import type { SecureClient } from '../../../src/directory/secure-clients.ts';
import { type ApiClient, apiClient } from '../api-client.ts';
import type { TestApp } from '../app.ts';

export interface TestSecureClient {
  client: SecureClient;
  secret: string;
  /** The creator's row and account. */
  administratorId: string;
  accountId: string;
  email: string;
  /** A new token. */
  token(): Promise<string>;
  /** With a token of its own. */
  api(): Promise<ApiClient>;
}

let count = 0;

/** Made by an administrator of its own, who has signed in once. */
export async function createTestClient(
  app: TestApp,
  organization: Organization,
  access: Access = { access: 'full' },
): Promise<TestSecureClient> {
  const number = ++count;
  const name = `Creator ${number}`;
  const email = `creator.${number}@example.com`;
  const { services } = app;
  const identity = await services.identities.create({ email, displayName: name, password: 'Correct-Horse-7' });
  const administrator = await services.administrators.add(
    {
      organizationId: organization.id,
      kind: 'identity',
      connectionId: 'citrix',
      subject: identity.id,
      displayName: name,
      email,
      access,
    },
    operator,
  );
  const account = await services.accounts.findOrCreate({
    kind: 'administrator',
    organizationId: null,
    connectionId: 'citrix',
    subject: identity.id,
    claims: { cip_email: email, name, groups: [] },
  });
  const { client, secret } = await services.secureClients.create(
    { actor: { type: 'administrator', id: account.id, name } },
    {
      organization,
      creator: { accountId: account.id, name, email, administratorIds: [administrator.id] },
      name: `Client ${number}`,
    },
  );
  const token = async () => {
    const outcome = await services.clientTokens.issue(client.clientId, secret);
    if (outcome.outcome !== 'issued') throw new Error(`no token: ${outcome.reason}`);
    return outcome.token;
  };
  const api = async () => apiClient(app, await token());
  return { client, secret, administratorId: administrator.id, accountId: account.id, email, token, api };
}
