/**
 * The floor: oidc-provider without a broker around it. Instant login, one client, payloads as plain JSON in the same
 * store; features, algorithms and cookies as the broker has them, so that only what the broker adds is compared.
 */
import { exportJWK, generateKeyPair } from 'jose';
import { type Adapter, type AdapterPayload, type JWK, Provider } from 'oidc-provider';
import type { Store } from '../../src/store/store.ts';

const claims = {
  name: 'Alice Liddell',
  given_name: 'Alice',
  family_name: 'Liddell',
  email: 'alice@mail.example',
  cip_sid: 'S-1-5-21-1051162837-3568060411-1686669321-1105',
  cip_upn: 'alice@corp.example',
  cip_oid: 'b1db3cca-72bd-4f31-9ebf-c70cd44bda32',
  cip_email: 'alice@mail.example',
};

export async function createBareProvider(
  issuer: string,
  store: Store,
  client: { clientId: string; secret: string; redirectUri: string },
): Promise<Provider> {
  const provider = new Provider(issuer, {
    adapter: (model: string) => createPlainAdapter(model, store),
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.secret,
        redirect_uris: [client.redirectUri],
        grant_types: ['authorization_code'],
      },
    ],
    jwks: { keys: [await newKey('RS256'), await newKey('ES256')] },
    routes: { authorization: '/connect/authorize', token: '/connect/token', userinfo: '/connect/userinfo' },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      claimsParameter: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: { enabled: false },
      introspection: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    responseTypes: ['code'],
    pkce: { required: () => true },
    scopes: ['openid', 'profile', 'email', 'cip'],
    claims: {
      openid: ['sub'],
      profile: ['name', 'given_name', 'family_name'],
      email: ['email'],
      cip: ['cip_sid', 'cip_upn', 'cip_oid', 'cip_email'],
    },
    conformIdTokenClaims: false,
    cookies: {
      keys: ['one-key-of-the-bench', 'another-key-of-the-bench'],
      long: { httpOnly: true, sameSite: 'lax', signed: true },
      short: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    ttl: { AuthorizationCode: 60, AccessToken: 3600, IdToken: 300, Grant: 86_400, Interaction: 3600, Session: 86_400 },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId, ...claims }) }),
    // Consent without a page.
    async loadExistingGrant(ctx) {
      const { client, session, provider } = ctx.oidc;
      if (!client || !session?.accountId) return undefined;
      const known = session.grantIdFor(client.clientId);
      if (known !== undefined) return provider.Grant.find(known);
      const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
      grant.addOIDCScope([...ctx.oidc.requestParamOIDCScopes].join(' '));
      await grant.save();
      return grant;
    },
  });
  provider.on('server_error', (_ctx, error) => console.error(error));
  return provider;
}

/** As little as works: JSON under the model's name, sessions by uid too, one time for one code. */
function createPlainAdapter(model: string, store: Store): Adapter {
  const find = async (id: string): Promise<AdapterPayload | undefined> => {
    const stored = await store.get(`${model}:${id}`);
    return stored === undefined ? undefined : JSON.parse(stored);
  };
  return {
    find,
    async upsert(id, payload, expiresIn) {
      const expiresAt = Date.now() + (expiresIn ?? 3600) * 1000;
      await store.set(`${model}:${id}`, JSON.stringify(payload), expiresAt);
      if (model === 'Session') await store.set(`SessionUid:${payload.uid}`, id, expiresAt);
    },
    async consume(id) {
      const payload = await find(id);
      const consumed = JSON.stringify({ ...payload, consumed: Math.floor(Date.now() / 1000) });
      if (payload) await store.set(`${model}:${id}`, consumed, payload.exp! * 1000);
    },
    async destroy(id) {
      await store.delete(`${model}:${id}`);
    },
    async findByUid(uid) {
      const id = await store.get(`SessionUid:${uid}`);
      return id === undefined ? undefined : find(id);
    },
    async revokeByGrantId() {},
    async findByUserCode() {
      return undefined;
    },
  };
}

async function newKey(alg: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: alg } as JWK;
}
