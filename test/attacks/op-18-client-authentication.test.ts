/** SECURITY OP-18: how a client proves itself, and how it does not. */
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { postForm } from '../support/browserless.ts';
import { arrive, type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
let client: RelyingParty;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
beforeAll(async () => {
  ground = await startGround({ slowStore: true });
  keys = await generateKeyPair('ES256', { extractable: true });
  client = await registerRelyingParty(ground.app, {
    organizationId: ground.alpha.organization.id,
    metadata: {
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...(await exportJWK(keys.publicKey)), kty: 'EC', alg: 'ES256', use: 'sig' }] },
    },
  });
});
afterAll(() => ground.close());

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

async function assertion(change: Record<string, unknown> = {}, key: CryptoKey = keys.privateKey): Promise<string> {
  const now = Math.floor(ground.app.clock.now() / 1000);
  const { clientId } = client;
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: ground.app.sites.issuer,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
  };
  return new SignJWT({ ...claims, ...change }).setProtectedHeader({ alg: 'ES256' }).sign(key);
}
const ask = (client_assertion: string) =>
  client.post('/connect/introspect', { token: 'x', client_assertion, client_assertion_type: type });

describe('private_key_jwt', () => {
  it('is accepted as it should be', async () => {
    expect(await ask(await assertion())).toMatchObject({ status: 200, body: { active: false } });
  });

  // Fails (several are accepted) when the adapter writes a ReplayDetection without a condition.
  it.each([2, 6])('the same one sent %i times at once is accepted once', async (times) => {
    const one = await assertion();
    const answers = await Promise.all(Array.from({ length: times }, () => ask(one)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
      expect([status, body.error]).toEqual([401, 'invalid_client']);
    }
    expect((await ask(one)).status).toBe(401);
  });

  it('of another audience, issuer, key, or too old is refused', async () => {
    const stranger = await generateKeyPair('ES256');
    const past = Math.floor(ground.app.clock.now() / 1000) - 3600;
    for (const forged of [
      await assertion({ aud: 'https://another.test' }),
      await assertion({ aud: [ground.app.sites.issuer, 'https://another.test'] }),
      await assertion({ aud: `${ground.app.sites.issuer}/connect/token` }),
      await assertion({ iss: 'somebody' }),
      await assertion({ sub: ground.ofBeta.clientId }),
      await assertion({ jti: undefined }),
      await assertion({ iat: past, exp: past + 60 }),
      await assertion({}, stranger.privateKey),
      `${(await assertion()).split('.').slice(0, 2).join('.')}.`,
    ]) {
      const { status, body } = await ask(forged);
      expect([status, body.error]).toEqual([401, 'invalid_client']);
    }
  });

  it('a client of that kind cannot come with a secret, nor a client with a secret without it', async () => {
    const as = (clientId: string, secret: string) =>
      postForm(`${ground.app.sites.issuer}/connect/introspect`, { token: 'x' }, { clientId, secret });
    expect((await as(client.clientId, 'anything')).status).toBe(401);
    expect((await as(client.clientId, 'undefined')).status).toBe(401);
    expect((await as(ground.ofAlpha.clientId, '')).status).toBeGreaterThanOrEqual(400);
    const bare = await client.post('/connect/introspect', { token: 'x', client_id: ground.ofAlpha.clientId });
    expect(bare.status).toBeGreaterThanOrEqual(400);
  });
});

describe('a client secret', () => {
  it('in the query is not read', async () => {
    const { clientId, secret } = ground.ofAlpha;
    const query = new URLSearchParams({ client_id: clientId, client_secret: String(secret) });
    const answer = await postForm(`${ground.app.sites.issuer}/connect/introspect?${query}`, { token: 'x' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body.active).toBeUndefined();
  });

  it('is stored as a hash, and the hash is no secret', async () => {
    const { db } = ground.app.database;
    const { clientId, secret } = ground.ofAlpha;
    const row = await db
      .selectFrom('applications')
      .selectAll()
      .where('client_id', '=', clientId)
      .executeTakeFirstOrThrow();
    expect(JSON.stringify(row)).not.toContain(String(secret));
    const credentials = { clientId, secret: String(row.secret_hash) };
    const answer = await postForm(`${ground.app.sites.issuer}/connect/introspect`, { token: 'x' }, credentials);
    expect(answer.status).toBe(401);
  });

  it('our own clients cannot be asked for by strangers, and their secrets are nowhere', async () => {
    for (const clientId of ['console', 'workspace:alpha']) {
      for (const secret of ['', 'console', clientId]) {
        const answer = await postForm(
          `${ground.app.sites.issuer}/connect/introspect`,
          { token: 'x' },
          { clientId, secret },
        );
        expect(answer.status).toBeGreaterThanOrEqual(400);
      }
    }
  });
});

it('a pushed request is used once', async () => {
  const started = ground.ofAlpha.start();
  const pushed = await ground.ofAlpha.post('/connect/par', Object.fromEntries(started.url.searchParams));
  const url = new URL(`${ground.app.sites.issuer}/connect/authorize`);
  url.search = String(
    new URLSearchParams({ client_id: ground.ofAlpha.clientId, request_uri: String(pushed.body.request_uri) }),
  );
  const browser = new Browser();
  expect((await arrive(browser, url)).has('code')).toBe(true);
  const again = await browser.fetch('GET', url);
  expect(again.headers.location ?? '').not.toContain('code=');
});
