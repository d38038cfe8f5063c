import { expect, it } from 'vitest';
import { startEntraJourney, tenantId } from '../support/upstreams/oidc/journey.ts';
import type { SimulatedUser } from '../support/upstreams/oidc/vendor.ts';

it.each(['tenant-foreign', 'tenant-claim-foreign'] as const)(
  'a token of another tenant is refused (%s)',
  async (fault) => {
    await using journey = await startEntraJourney();
    await expect(journey.signIn([fault])).rejects.toMatchObject({
      code: 'tenant_mismatch',
      detail: { expected: expect.stringContaining(tenantId), received: expect.stringContaining('99999999') },
    });
  },
);

it("another issuer altogether is not called another tenant's", async () => {
  await using journey = await startEntraJourney();
  await expect(journey.signIn(['issuer-foreign'])).rejects.toMatchObject({ code: 'id_token_issuer_mismatch' });
});

it('a templated issuer stands for the connected tenant only', async () => {
  await using journey = await startEntraJourney();
  expect((await journey.signIn()).subject).toBe(`${tenantId}.00u1`);
  await using other = await startEntraJourney({
    upstream: { templatedIssuer: false, tenantId: '99999999-0000-4000-8000-000000000000' },
  });
  await expect(other.signIn()).rejects.toMatchObject({ code: 'discovery_missing' });
});

it.each([
  ['Graph says userType Guest', { graph: { userType: 'Guest' } }],
  ['the acct claim says so', { claims: { acct: 1 } }],
  [
    'their home is another directory',
    { claims: { idp: 'https://sts.windows.net/99999999-0000-4000-8000-000000000000/' } },
  ],
  ['they come by a personal account', { claims: { idp: 'live.com' } }],
])('a guest is refused: %s', async (_sign, fields) => {
  const user = { username: 'guest', password: '', subject: 'oid-of-a-guest', ...fields };
  await using journey = await startEntraJourney({ upstream: { users: [user] } });
  await expect(journey.signIn()).rejects.toMatchObject({ code: 'guest_refused' });
});

it.each(['the directory', 'the issuer'])(
  'a member whose token names %s of the tenant as idp is no guest',
  async (home) => {
    const member: SimulatedUser = { username: 'member', password: '', subject: 'oid-1' };
    await using journey = await startEntraJourney({ upstream: { users: [member] } });
    const idp = home === 'the issuer' ? journey.upstream.issuer : `https://sts.windows.net/${tenantId}/`;
    member.claims = { acct: 0, idp };
    expect((await journey.signIn()).subject).toBe(`${tenantId}.oid-1`);
  },
);

it('Graph answering for somebody else is refused', async () => {
  await using journey = await startEntraJourney();
  await expect(journey.signIn(['graph-foreign-person'])).rejects.toMatchObject({ code: 'userinfo_subject_mismatch' });
});
