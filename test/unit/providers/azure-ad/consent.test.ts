/** A tenant is what the verified token of somebody who may consent for it says, and nothing else (AAD-1). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createConsent } from '../../../../providers/azure-ad/consent.ts';
import { ProviderError } from '../../../../providers/errors.ts';
import type { BeginResult, Callback, ConsentProgress, FlowState } from '../../../../providers/provider.ts';
import { type TestPorts, testPorts } from '../../../support/ports.ts';
import { browseUpstream } from '../../../support/upstream-browser.ts';
import { azureAdInstallation } from '../../../support/upstreams/oidc/azure-ad-installation.ts';
import { type EntraLikeOptions, startEntraLike } from '../../../support/upstreams/oidc/entra-like.ts';
import type { Misbehaviour } from '../../../support/upstreams/oidc/misbehaviour.ts';
import type { SimulatedUser, Simulator } from '../../../support/upstreams/oidc/vendor.ts';

const tenantId = '0a1b2c3d-0000-4000-8000-00000000abcd';
const foreign = '99999999-0000-4000-8000-000000000000';
const callbackUrl = 'https://accounts.test/core/login-azuread/connect';
const globalAdministrator = '62e90394-69f5-4237-9190-012177145e10';
const privilegedRoleAdministrator = 'e8611ab8-c189-46e8-94e1-60213ab1f814';
const reader = 'f2ef992c-3afb-46b9-b7cf-a126ee74c451';
const first = { clientId: 'first', clientSecret: 'one', redirectUris: [callbackUrl] };
const second = { clientId: 'second', clientSecret: 'two', redirectUris: [callbackUrl] };
const admin: SimulatedUser = {
  username: 'admin',
  password: 'x',
  subject: '7531c39e-8e42-4bb2-8a6d-f068e638b5db',
  roles: [reader, globalAdministrator],
};

let upstream: Simulator;
let ports: TestPorts;
let consented: Set<string>;
let users: SimulatedUser[];
beforeEach(async () => start());
afterEach(() => upstream.close());

async function start(more: Partial<EntraLikeOptions> = {}) {
  await upstream?.close();
  consented = new Set();
  users = [admin];
  ports = testPorts();
  upstream = await startEntraLike({
    tenantId,
    loginPage: false,
    users,
    clients: [first, second],
    consented,
    ...more,
  });
}

/** Leg by leg to the end. `between`: once the first consent has come back. */
async function connect(between: (callback: Callback) => Callback = (callback) => callback) {
  const directory = { clientId: second.clientId, credential: { secret: second.clientSecret } };
  const consent = createConsent(azureAdInstallation(upstream.url, first, { directory }), ports);
  let leg = 0;
  const legOf = () => ({ handle: `handle-${leg}`, callbackUrl });
  let begun: BeginResult = await consent.begin(legOf());
  const sent: string[] = [];
  for (;;) {
    sent.push((begun.send as { url: string }).url);
    const answer = await browseUpstream(begun.send, callbackUrl);
    const callback = leg === 0 ? between(answer) : answer;
    const remembered: FlowState = begun.remember;
    leg += 1;
    const progress: ConsentProgress = await consent.proceed(callback, remembered, legOf());
    if ('tenant' in progress) return { ...progress.tenant, sent };
    begun = progress.next;
  }
}

async function refusalOf(promise: Promise<unknown>): Promise<ProviderError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProviderError)) throw error ?? new Error('it was accepted');
  return error;
}
const forge = (fields: Record<string, string>) => (callback: Callback) => ({
  ...callback,
  parameters: { ...callback.parameters, ...fields },
});

describe('connecting a tenant', () => {
  it('asks for the consent of each application, then for a sign-in, and takes the tenant of its token', async () => {
    const { tenantId: proven, settings, sent } = await connect();
    expect(proven).toBe(tenantId);
    expect(settings).toEqual({ tenantId });
    expect([...consented]).toEqual(['first', 'second']);
    expect(sent.map((url) => new URL(url).pathname)).toEqual([
      '/organizations/v2.0/adminconsent',
      '/organizations/v2.0/adminconsent',
      // the document may name the tenant’s own endpoints or the common ones
      expect.stringMatching(/\/oauth2\/v2\.0\/authorize$/),
    ]);
    const [consent, , signIn] = sent.map((url) => new URL(url).searchParams);
    expect(Object.fromEntries(consent ?? [])).toEqual({
      client_id: 'first',
      scope: `${upstream.url}/.default`,
      redirect_uri: callbackUrl,
      state: 'handle-0',
    });
    expect(Object.fromEntries(signIn ?? [])).toMatchObject({
      client_id: 'second',
      state: 'handle-2',
      code_challenge_method: 'S256',
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it('asks nothing of Graph when the token tells the role, and only about the person when it does not', async () => {
    await connect();
    expect(ports.fetched.filter((url) => url.includes('/v1.0/'))).toEqual([]);
    await start({ rolesInTokens: false });
    expect((await connect()).tenantId).toBe(tenantId);
    expect(ports.fetched.filter((url) => url.includes('/v1.0/')).map((url) => new URL(url).pathname)).toEqual([
      '/v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole',
    ]);
  });

  it.each([
    ['Global Administrator', [globalAdministrator], true],
    ['Privileged Role Administrator', [privilegedRoleAdministrator], true],
    ['a reader', [reader], false],
    ['nobody', [], false],
  ])('by %s: %s', async (_who, roles, allowed) => {
    for (const rolesInTokens of [true, false]) {
      await start({ rolesInTokens });
      users[0] = { ...admin, roles };
      if (allowed) expect((await connect()).tenantId).toBe(tenantId);
      else expect((await refusalOf(connect())).code).toBe('role_missing');
    }
  });
});

describe('what the consent’s redirect says', () => {
  it('is never the tenant: a foreign one is noticed', async () => {
    expect(await refusalOf(connect(forge({ tenant: foreign })))).toMatchObject({ code: 'tenant_mismatch' });
    expect(await refusalOf(connect(forge({ tenant: 'contoso.example/../x' })))).toMatchObject({
      code: 'callback_invalid',
    });
  });

  it('proves nothing: consent of one tenant and sign-in at another do not go together', async () => {
    expect(
      await refusalOf(
        connect((callback) => {
          users[0] = { ...admin, tenantId: foreign };
          return callback;
        }),
      ),
    ).toMatchObject({ code: 'tenant_mismatch' });
  });

  it('is a refusal when it says so, in words of ours', async () => {
    upstream.misbehaveNext('consent-refused');
    const error = await refusalOf(connect());
    expect(error).toMatchObject({ code: 'consent_refused', detail: { received: 'access_denied' } });
    expect(JSON.stringify(error.detail)).not.toContain('declined');
    await start();
    expect((await refusalOf(connect(forge({ admin_consent: 'False' })))).code).toBe('consent_refused');
  });

  it('belongs to its own state', async () => {
    expect((await refusalOf(connect(forge({ state: 'handle-1' })))).code).toBe('callback_invalid');
  });
});

describe('the token of the sign-in', () => {
  it.each<[Misbehaviour, string]>([
    ['signature-foreign-key', 'id_token_signature_invalid'],
    ['alg-none', 'id_token_algorithm_refused'],
    ['nonce-wrong', 'id_token_nonce_mismatch'],
    ['audience-foreign', 'id_token_audience_mismatch'],
    ['issuer-foreign', 'id_token_issuer_mismatch'],
    // its tid says one tenant, its issuer another
    ['tenant-claim-foreign', 'id_token_issuer_mismatch'],
    ['expired', 'id_token_expired'],
    ['id-token-missing', 'id_token_missing'],
    ['code-refused', 'token_refused'],
    ['credential-expired', 'client_credential_expired'],
    ['access-denied', 'upstream_denied'],
  ])('%s: %s', async (kind, code) => {
    upstream.misbehaveNext(kind);
    expect((await refusalOf(connect())).code).toBe(code);
  });
});
