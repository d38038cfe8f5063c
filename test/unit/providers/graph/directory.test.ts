/** A tenant's directory as an application reads it: by name, page by page, without guests, patient within limits. */
import { afterEach, describe, expect, it } from 'vitest';
import { azureAd } from '../../../../providers/azure-ad/azure-ad.ts';
import { ProviderError } from '../../../../providers/errors.ts';
import type { BrowsesDirectory, Provider, TellsPermissions } from '../../../../providers/provider.ts';
import { testPorts } from '../../../support/ports.ts';
import { azureAdInstallation } from '../../../support/upstreams/oidc/azure-ad-installation.ts';
import { makeClientCertificate } from '../../../support/upstreams/oidc/client-certificate.ts';
import { type EntraLikeOptions, startEntraLike } from '../../../support/upstreams/oidc/entra-like.ts';
import type { Misbehaviour } from '../../../support/upstreams/oidc/misbehaviour.ts';
import type { Simulator } from '../../../support/upstreams/oidc/vendor.ts';

const tenantId = '0a1b2c3d-0000-4000-8000-00000000abcd';
const credentials = { clientId: 'application', clientSecret: 'secret' };
const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const person = (number: number, displayName: string, more: object = {}) => ({
  id: id(number),
  displayName,
  userPrincipalName: `user${number}@contoso.example`,
  mail: `user${number}@mail.example`,
  ...more,
});
const users = [
  person(1, 'Oscar Ward'),
  person(2, 'Olga Wang', { mail: null }),
  person(3, 'Wanda "the \\ hat" O’Neil'),
  person(4, 'Walter Guest', { userType: 'Guest' }),
  person(5, 'Wally Gone', { accountEnabled: false }),
  person(6, '鈴木 一郎'),
];
const groups = [
  { id: id(21), displayName: 'Operators', description: 'Who runs it' },
  { id: id(22), displayName: 'Video Production', description: null },
];

let open: Simulator[] = [];
afterEach(async () => {
  for (const upstream of open) await upstream.close();
  open = [];
});

async function start(more: Partial<EntraLikeOptions> = {}, at = { now: Date.parse('2026-12-04T00:00:00Z') }) {
  const upstream = await startEntraLike({
    tenantId,
    loginPage: false,
    users: [],
    clients: [{ ...credentials, redirectUris: [] }],
    clock: { now: () => at.now },
    directory: { users, groups },
    ...more,
  });
  open.push(upstream);
  const ports = testPorts({ now: () => at.now });
  const installation = { azureAd: azureAdInstallation(upstream.url, credentials) } as never;
  const provider = azureAd.create(azureAd.schema.parse({ tenantId }), ports, installation) as Provider &
    BrowsesDirectory &
    TellsPermissions;
  const tokens = () => upstream.requests.filter(({ form }) => form.grant_type === 'client_credentials').length;
  return { upstream, ports, provider, at, tokens };
}

async function codeOf(promise: Promise<unknown>): Promise<ProviderError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProviderError)) throw new Error('no ProviderError');
  return error;
}

describe('people of the directory', () => {
  it('are found by the beginning of any of their names', async () => {
    const { provider } = await start();
    expect((await provider.searchUsers('wa')).entries.map(({ displayName }) => displayName)).toEqual([
      'Olga Wang',
      'Oscar Ward',
    ]);
    expect((await provider.searchUsers('鈴木')).entries).toEqual([
      {
        id: id(6),
        subject: `${tenantId}.${id(6)}`,
        displayName: '鈴木 一郎',
        userName: 'user6@contoso.example',
        email: 'user6@mail.example',
      },
    ]);
  });

  it('come page by page, each once, and guests and disabled accounts never', async () => {
    const { provider } = await start();
    const names: string[] = [];
    let next: string | undefined;
    do {
      const page = await provider.searchUsers('', next);
      names.push(...page.entries.map(({ displayName }) => displayName));
      next = page.next;
      expect(next ?? '').not.toContain('http');
    } while (next !== undefined);
    expect(names).toEqual([...new Set(names)]);
    expect(names).toHaveLength(4);
    expect(names).not.toContain('Walter Guest');
    expect(names).not.toContain('Wally Gone');
  });

  it('are not found as guests by their id either', async () => {
    const { provider } = await start();
    expect(await provider.findUser(id(1))).toMatchObject({ displayName: 'Oscar Ward' });
    expect(await provider.findUser(id(4))).toBeUndefined();
    expect(await provider.findUser(id(99))).toBeUndefined();
    expect(await provider.findUser('../me')).toBeUndefined();
  });

  it('are searched by text, whatever quotes it holds', async () => {
    const { provider } = await start();
    const typed = 'Wanda "the \\ hat"';
    expect((await provider.searchUsers(typed)).entries.map(({ id: found }) => found)).toEqual([id(3)]);
    // as an operator of the search it would find everybody
    expect((await provider.searchUsers('x" OR "displayName:o')).entries).toEqual([]);
  });
});

describe('groups of the directory', () => {
  it('are found by name, with what they are for', async () => {
    const { provider } = await start();
    expect(await provider.searchGroups('op')).toEqual({
      entries: [{ id: id(21), displayName: 'Operators', description: 'Who runs it' }],
    });
    expect(await provider.findGroup(id(22))).toEqual({ id: id(22), displayName: 'Video Production' });
  });
});

describe('our token', () => {
  it('is asked for once and kept until shortly before it expires', async () => {
    const { provider, at, tokens } = await start();
    await Promise.all([provider.searchUsers(''), provider.searchGroups('')]);
    await provider.searchUsers('o');
    expect(tokens()).toBe(1);
    at.now += 3599_000 - 60_000;
    await provider.searchUsers('o');
    expect(tokens()).toBe(2);
  });

  it('is got with a certificate where the application has one', async () => {
    const now = Date.parse('2026-12-04T00:00:00Z');
    const certificate = makeClientCertificate({ notBefore: now - 1000, notAfter: now + 86_400_000 });
    const clients = [{ ...credentials, redirectUris: [], certificate: certificate.certificate }];
    const { upstream, ports, at } = await start({ clients });
    const application = { clientId: credentials.clientId, credential: certificate };
    const azure = azureAdInstallation(upstream.url, credentials, { directory: application });
    const make = () =>
      azureAd.create(azureAd.schema.parse({ tenantId }), ports, { azureAd: azure } as never) as Provider &
        BrowsesDirectory;
    expect((await make().searchUsers('os')).entries).toHaveLength(1);
    expect(upstream.requests.find(({ form }) => form.grant_type === 'client_credentials')?.form).not.toHaveProperty(
      'client_secret',
    );
    at.now = now + 86_400_000 + 1000;
    expect(await codeOf(make().searchUsers('os'))).toMatchObject({
      code: 'client_credential_expired',
      detail: { received: '2026-12-05T00:00:00.000Z' },
    });
  });

  it.each<[Misbehaviour, string]>([
    ['credential-expired', 'client_credential_expired'],
    ['client-refused', 'client_refused'],
  ])('%s has a diagnosis of its own: %s', async (kind, code) => {
    const { provider, upstream } = await start();
    upstream.misbehaveNext(kind);
    expect((await codeOf(provider.searchUsers(''))).code).toBe(code);
  });

  it('is not given where nobody has consented', async () => {
    const { provider } = await start({ consented: new Set() });
    expect((await codeOf(provider.searchUsers(''))).code).toBe('client_refused');
  });
});

describe('throttling', () => {
  it('is waited out when it is a moment', async () => {
    const { provider, upstream, ports } = await start();
    upstream.misbehaveNext('graph-throttled-briefly');
    expect((await provider.searchUsers('os')).entries).toHaveLength(1);
    expect(ports.slept).toEqual([2000]);
  });

  it('is told, with when to try again, when it is longer, or repeated', async () => {
    const { provider, upstream, ports } = await start();
    upstream.misbehaveNext('graph-throttled');
    expect(await codeOf(provider.searchUsers(''))).toMatchObject({
      code: 'upstream_throttled',
      detail: { retryAfter: 17 },
    });
    expect(ports.slept).toEqual([]);
    upstream.misbehaveNext('graph-throttled-briefly');
    upstream.misbehaveNext('graph-throttled-briefly');
    expect(await codeOf(provider.searchUsers(''))).toMatchObject({
      code: 'upstream_throttled',
      detail: { retryAfter: 2 },
    });
    expect(ports.slept).toEqual([2000]);
  });
});

describe('pages', () => {
  it('are never fetched from another host', async () => {
    const { provider, upstream, ports } = await start();
    upstream.misbehaveNext('graph-foreign-next-link');
    expect((await codeOf(provider.searchUsers(''))).code).toBe('directory_refused');
    expect(ports.fetched.some((url) => url.includes('evil'))).toBe(false);
  });

  it('are the collection’s own, whatever comes back from the browser', async () => {
    const { provider, ports } = await start();
    const forge = (path: string) => Buffer.from(path).toString('base64url');
    for (const path of [
      '/v1.0/groups?$top=1',
      '/v1.0/users/x/messages?',
      '@evil.example/v1.0/users?',
      '/v1.0/users?a b',
    ]) {
      const before = ports.fetched.length;
      expect((await codeOf(provider.searchUsers('', forge(path)))).code, path).toBe('directory_refused');
      expect(ports.fetched.slice(before).filter((url) => !url.endsWith('/token'))).toEqual([]);
    }
  });
});

describe('permissions', () => {
  it('are read and compared with what the application needs', async () => {
    const { provider } = await start({
      directory: { delegated: ['User.Read', 'User.ReadBasic.All'], application: ['User.Read.All', 'Mail.Read'] },
    });
    const [only, ...others] = await provider.readPermissions();
    expect(others).toEqual([]);
    expect(only).toMatchObject({ clientId: 'application', isThere: true });
    expect(only?.uses).toEqual(['subscribers', 'directory', 'administrators']);
    const told = only?.permissions.map(({ name, type, granted }) => `${type} ${name} ${granted}`);
    expect(told).toEqual([
      'delegated GroupMember.Read.All false',
      'delegated User.Read true',
      'delegated User.Read.All false',
      'delegated User.ReadBasic.All true',
      'application GroupMember.Read.All false',
      'application User.Read.All true',
    ]);
  });

  it('say where Graph does not tell', async () => {
    const { provider, upstream } = await start();
    upstream.misbehaveNext('graph-refused');
    expect((await codeOf(provider.readPermissions())).code).toBe('directory_refused');
  });
});
