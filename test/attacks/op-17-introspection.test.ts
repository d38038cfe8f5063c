/** SECURITY OP-17: who may ask about a token: its own client, and the audiences it names in its own organization. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { type Ground, startGround } from './attacker.ts';

let ground: Ground;
let audience: RelyingParty;
let bystander: RelyingParty;
let open: RelyingParty;
beforeAll(async () => {
  ground = await startGround();
  const organizationId = ground.alpha.organization.id;
  audience = await registerRelyingParty(ground.app, { organizationId });
  bystander = await registerRelyingParty(ground.app, { organizationId });
  const audiences = [audience.clientId];
  open = await registerRelyingParty(ground.app, { organizationId, metadata: { audiences } });
  // Registration refuses audiences of other organizations; here somebody has got them into the row all the same.
  const everybody = [audience.clientId, ground.ofBeta.clientId, ground.ofAll.clientId];
  const { db } = ground.app.database;
  const row = await db
    .selectFrom('applications')
    .selectAll()
    .where('client_id', '=', open.clientId)
    .executeTakeFirstOrThrow();
  const metadata = JSON.stringify({ ...JSON.parse(row.metadata), audiences: everybody });
  await db.updateTable('applications').set({ metadata }).where('client_id', '=', open.clientId).execute();
});
afterAll(() => ground.close());

// Fails when `allowedPolicy` in src/op/configuration.ts is left to oidc-provider, or forgets the organization.
describe('introspection', () => {
  it('answers the token’s own client and the audience of its organization', async () => {
    const { accessToken } = await open.signIn(new Browser());
    expect((await open.introspect(accessToken)).body.active).toBe(true);
    expect((await audience.introspect(accessToken)).body.active).toBe(true);
  });

  it('tells everybody else only that there is no such token, named or not', async () => {
    const { accessToken, refreshToken } = await open.signIn(new Browser());
    for (const asking of [bystander, ground.ofAlpha, ground.ofBeta, ground.ofAll]) {
      for (const token of [accessToken, refreshToken]) {
        expect((await asking.introspect(token)).body).toEqual({ active: false });
      }
    }
  });

  it('is refused without a client’s secret', async () => {
    const { accessToken } = await open.signIn(new Browser());
    const answer = await open.post('/connect/introspect', { token: accessToken, client_id: open.clientId }, false);
    expect([400, 401]).toContain(answer.status);
    expect(answer.body.active).toBeUndefined();
  });
});

describe('revocation', () => {
  it('by another client does nothing', async () => {
    const { accessToken, refreshToken } = await open.signIn(new Browser());
    for (const other of [audience, ground.ofBeta, ground.ofAll]) {
      await other.revoke(accessToken);
      await other.revoke(refreshToken);
    }
    expect((await open.userinfo(accessToken)).status).toBe(200);
    await open.revoke(accessToken);
    expect((await open.userinfo(accessToken)).status).toBe(401);
  });
});
