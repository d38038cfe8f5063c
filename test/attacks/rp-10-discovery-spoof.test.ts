import { expect, it } from 'vitest';
import { okta } from '../../providers/okta/okta.ts';
import { attributes, callbackUrl, startOktaJourney } from '../support/upstreams/oidc/journey.ts';

const begin = { handle: 'h', callbackUrl, forceAuthentication: false };

it('a discovery document that names another issuer is refused, with both values', async () => {
  await using journey = await startOktaJourney();
  journey.upstream.misbehaveNext('document-foreign-issuer');
  await expect(journey.provider.begin(begin)).rejects.toMatchObject({
    code: 'discovery_issuer_mismatch',
    detail: { expected: journey.upstream.url, received: 'https://issuer.example' },
  });
});

it('a pasted address of a discovery document stands for its issuer, and chooses none of its own', async () => {
  await using journey = await startOktaJourney({ settings: { url: 'URL/.well-known/openid-configuration' } });
  journey.upstream.misbehaveNext('document-foreign-issuer');
  await expect(journey.provider.begin(begin)).rejects.toMatchObject({ code: 'discovery_issuer_mismatch' });
  // and an honest document works
  expect((await journey.signIn()).raw.sid?.values).toEqual([attributes.cip_sid]);
});

it('a pasted address with something before the well-known part never skips the comparison', async () => {
  await using journey = await startOktaJourney({ settings: { url: 'URL/.well-known/openid-configuration/x' } });
  await expect(journey.provider.begin(begin)).rejects.toMatchObject({ code: 'discovery_missing' });
});

it.each([
  'https://user:password@evil.example',
  'http://login.example.com',
  'https://login.example.com?issuer=https://issuer.example',
  'https://login.example.com#x',
  'file:///etc/passwd',
  'login.example.com',
])('%s is refused as the address of an upstream', (url) => {
  const parsed = okta.schema.safeParse({ url, clientId: 'c', clientSecret: 's' });
  expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual(['url']);
});
