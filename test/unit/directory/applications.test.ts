import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isSecretOf } from '../../../src/directory/applications.ts';
import { clientMetadataSchema } from '../../../src/directory/client-metadata.ts';
import { problemsOf } from '../../../src/directory/errors.ts';
import { openDirectory, refusalOf } from './directory-under-test.ts';

const metadata = { redirect_uris: ['https://wiki.alpha.test/cb'], client_uri: 'https://wiki.alpha.test/' };
const problemsOfMetadata = (change: object) => {
  const result = clientMetadataSchema.safeParse({ ...metadata, ...change });
  return result.success ? [] : problemsOf(result.error).map((problem) => problem.path);
};
const publicJwk = (size: number) =>
  generateKeyPairSync('rsa', { modulusLength: size }).publicKey.export({ format: 'jwk' });

describe('an application', () => {
  test('gets a secret that is told once and stored as a hash', async () => {
    await using directory = await openDirectory();
    const { applications, db } = directory;
    const { application, secret } = await applications.add({ organizationId: null, name: 'Wiki', metadata });
    expect(Buffer.from(secret!, 'base64url')).toHaveLength(32);
    expect(JSON.stringify(await db.selectFrom('applications').selectAll().execute())).not.toContain(secret);
    const found = (await applications.find(application.clientId))!;
    expect(isSecretOf(found, secret!)).toBe(true);
    expect(isSecretOf(found, `${secret}x`)).toBe(false);
    expect(isSecretOf(found, '')).toBe(false);
  });

  test('that is public or signs with its own key gets none', async () => {
    await using directory = await openDirectory();
    const { applications } = directory;
    const jwks = { keys: [publicJwk(2048)] };
    for (const method of [
      { token_endpoint_auth_method: 'none' as const },
      { token_endpoint_auth_method: 'private_key_jwt' as const, jwks: jwks as { keys: { kty: string }[] } },
    ]) {
      const draft = { organizationId: null, name: 'SPA', metadata: { ...metadata, ...method } };
      const { application, secret } = await applications.add(draft);
      expect([secret, application.secretHash]).toEqual([null, null]);
      expect(isSecretOf(application, '')).toBe(false);
    }
  });

  test('is listed with its organization’s and removed', async () => {
    await using directory = await openDirectory();
    const { applications, organizations } = directory;
    const alpha = await organizations.create({ name: 'Alpha', customerId: 'alpha' });
    const own = await applications.add({ organizationId: alpha.id, name: 'Wiki', metadata });
    await applications.add({ organizationId: null, name: 'Portal', clientId: 'portal', metadata });
    const names = async (organizationId?: string | null) =>
      (await applications.list(organizationId)).map((each) => each.name);
    expect([await names(alpha.id), await names(null), await names()]).toEqual([
      ['Wiki'],
      ['Portal'],
      ['Portal', 'Wiki'],
    ]);
    await applications.remove(own.application.clientId);
    expect(await applications.find(own.application.clientId)).toBeUndefined();
    expect((await refusalOf(applications.remove(own.application.clientId))).code).toBe('not_found');
  });

  test('cannot take a client id of another or of our own', async () => {
    await using directory = await openDirectory();
    const { applications } = directory;
    const add = (clientId: string) => applications.add({ organizationId: null, name: 'X', clientId, metadata });
    await add('portal');
    expect((await refusalOf(add('portal'))).code).toBe('name_taken');
    for (const clientId of ['console', 'workspace:alpha', 'a', 'a b'])
      expect((await refusalOf(add(clientId))).code).toBe('name_invalid');
  });

  test('names as audiences only applications of its own organization', async () => {
    await using directory = await openDirectory();
    const { applications, organizations } = directory;
    const alpha = await organizations.create({ name: 'Alpha', customerId: 'alpha' });
    const beta = await organizations.create({ name: 'Beta', customerId: 'beta' });
    await applications.add({ organizationId: alpha.id, name: 'API', clientId: 'alpha-api', metadata });
    const draft = { name: 'Wiki', metadata: { ...metadata, audiences: ['alpha-api'] } };
    expect((await applications.add({ ...draft, organizationId: alpha.id })).application.metadata.audiences).toEqual([
      'alpha-api',
    ]);
    expect((await refusalOf(applications.add({ ...draft, organizationId: beta.id }))).problems).toEqual([
      { path: 'audiences.0', message: 'is no application of this organization' },
    ]);
  });
});

describe('client metadata', () => {
  test.each([
    'https://wiki.alpha.test/cb?x=1',
    'http://127.0.0.1:3000/cb',
    'http://localhost/cb',
    'http://[::1]:8080/cb',
    'http://app.localhost/cb',
  ])('takes the redirect URI %s', (uri) => {
    expect(problemsOfMetadata({ redirect_uris: [uri] })).toEqual([]);
  });

  test('has home, login and logout pages by https only', () => {
    const uri = 'javascript:alert(1)';
    expect(
      problemsOfMetadata({
        client_uri: uri,
        initiate_login_uri: uri,
        backchannel_logout_uri: 'http://a.test/',
        jwks_uri: uri,
        token_endpoint_auth_method: 'private_key_jwt',
      }),
    ).toEqual(['client_uri', 'initiate_login_uri', 'backchannel_logout_uri', 'jwks_uri']);
  });

  test('refuses unknown keys, private keys, weak keys and other algorithms', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const withKey = (key: object) =>
      problemsOfMetadata({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key] } });
    expect(withKey(privateKey.export({ format: 'jwk' }))).toEqual(['jwks.keys.0']);
    expect(withKey(publicJwk(1024))).toEqual(['jwks.keys.0']);
    expect(withKey({ kty: 'oct', k: 'abc' })).toEqual(['jwks.keys.0']);
    expect(problemsOfMetadata({ token_endpoint_auth_method: 'private_key_jwt' })).toEqual(['jwks']);
    expect(
      problemsOfMetadata({ id_token_signed_response_alg: 'none', is_staff: true, response_types: ['token'] }),
    ).toEqual(['id_token_signed_response_alg', 'is_staff', 'response_types']);
  });
});
