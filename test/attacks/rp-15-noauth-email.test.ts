import { expect, it } from 'vitest';
import { startEntraJourney, tenantId } from '../support/upstreams/oidc/journey.ts';

// "nOAuth": in Entra a tenant's administrator may write any email into any account
it("an email in Entra's token is neither the person's key nor their email", async () => {
  const user = {
    username: 'mallory',
    password: '',
    subject: 'oid-of-mallory',
    claims: {
      email: 'victim@corp.example',
      preferred_username: 'victim@corp.example',
      upn: 'victim@corp.example',
      sub: 'x',
    },
    graph: { mail: 'mallory@evil.example', userPrincipalName: 'mallory@evil.example' },
  };
  await using journey = await startEntraJourney({ upstream: { users: [user] } });
  const identity = await journey.signIn();
  expect(identity.subject).toBe(`${tenantId}.oid-of-mallory`);
  expect(identity.raw.email).toEqual({ name: 'mail', values: ['mallory@evil.example'] });
  expect(JSON.stringify(identity)).not.toContain('victim');
});

it('an account without mail has no email, whatever the token says', async () => {
  const user = { username: 'm', password: '', subject: 'oid-1', claims: { email: 'victim@corp.example' } };
  await using journey = await startEntraJourney({ upstream: { users: [user] } });
  expect((await journey.signIn()).raw.email).toBeUndefined();
});
