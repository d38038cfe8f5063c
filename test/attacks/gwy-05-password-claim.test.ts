import { expect, it } from 'vitest';
import { gateway } from '../../providers/gateway/gateway.ts';
import { attributes, errorOf, startGatewayJourney } from '../support/upstreams/oidc/journey.ts';

const canary = 'C4n4ry-Passw0rd';
const user = {
  username: 'alice',
  password: '',
  subject: 'alice',
  claims: { ...attributes, password: canary, passwd: canary, ctxs_cc: { credential: canary }, nickname: canary },
};

it('a password that a Gateway sends along is in nothing that comes back or is logged', async () => {
  await using journey = await startGatewayJourney({ upstream: { users: [user] } });
  const identity = await journey.signIn();
  expect(identity.raw.upn?.values).toEqual([attributes.cip_upn]);
  const signOutUrl = await journey.provider.signOutUrl(identity.signOut ?? {}, 'https://workspace.test/', 'h');
  const seen = JSON.stringify([identity, signOutUrl, journey.ports.lines]);
  expect(seen).not.toContain(canary);
  // nor inside a kept token
  for (const part of seen.match(/[\w-]{20,}/g) ?? [])
    expect(Buffer.from(part, 'base64url').toString()).not.toContain(canary);
});

it('nor is it when it comes from userinfo', async () => {
  await using journey = await startGatewayJourney({ upstream: { users: [user] } });
  const identity = await journey.signIn(['attributes-in-userinfo-only']);
  expect(journey.ports.fetched.some((url) => url.endsWith('/userinfo'))).toBe(true);
  expect(identity.raw.sid?.values).toEqual([attributes.cip_sid]);
  expect(JSON.stringify([identity, journey.ports.lines])).not.toContain(canary);
});

it('nor in the error of a refused token', async () => {
  await using journey = await startGatewayJourney({ upstream: { users: [user] } });
  for (const fault of ['issuer-foreign', 'expired', 'signature-corrupt', 'subject-missing'] as const) {
    const error = await errorOf(journey.signIn([fault]));
    expect(JSON.stringify([error, error.message, error.cause ?? null, journey.ports.lines])).not.toContain(canary);
  }
});

it('a claim named as a password cannot be mapped', () => {
  for (const name of ['password', 'userPassword', 'passwd', 'client_secret']) {
    const parsed = gateway.schema.safeParse({
      fqdn: 'gw.example.com',
      clientId: 'c',
      clientSecret: 's',
      attributes: { upn: name },
    });
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual(['attributes.upn']);
  }
});
