import { describe, expect, it } from 'vitest';
import { azureAd } from '../../../../providers/azure-ad/azure-ad.ts';
import { definitionOf } from '../../../../providers/registry.ts';
import {
  attributes,
  callbackUrl,
  startEntraJourney,
  startGatewayJourney,
  startOktaJourney,
  tenantId,
} from '../../../support/upstreams/oidc/journey.ts';

describe('Okta', () => {
  it('asks userinfo only when the ID token lacks a required attribute', async () => {
    await using journey = await startOktaJourney();
    await journey.signIn();
    const asked = () => journey.ports.fetched.filter((url) => url.endsWith('/userinfo')).length;
    expect(asked()).toBe(0);
    const identity = await journey.signIn(['attributes-in-userinfo-only']);
    expect(asked()).toBe(1);
    expect(identity.raw.sid).toEqual({ name: 'cip_sid', values: [attributes.cip_sid] });
  });

  it('refuses userinfo about somebody else', async () => {
    await using journey = await startOktaJourney();
    await expect(journey.signIn(['attributes-in-userinfo-only', 'userinfo-foreign-subject'])).rejects.toMatchObject({
      code: 'userinfo_subject_mismatch',
    });
  });

  it('says when userinfo is refused', async () => {
    await using journey = await startOktaJourney();
    await expect(journey.signIn(['attributes-in-userinfo-only', 'userinfo-refused'])).rejects.toMatchObject({
      code: 'userinfo_refused',
    });
  });

  it('signs out with the ID token as hint, and the handle as state', async () => {
    await using journey = await startOktaJourney();
    const { signOut } = await journey.signIn();
    const url = new URL((await journey.provider.signOutUrl(signOut!, 'https://workspace.test/', 'h')) ?? '');
    expect(url.pathname).toBe('/oauth2/v1/logout');
    expect(url.searchParams.get('id_token_hint')).toMatch(/^eyJ/);
    expect(url.searchParams.get('post_logout_redirect_uri')).toBe('https://workspace.test/');
    expect(url.searchParams.get('state')).toBe('h');
  });

  it('measures the clock of the upstream', async () => {
    const now = Date.now();
    const clock = { now: () => now + 60_000 };
    await using journey = await startOktaJourney({ now: () => now, upstream: { clock } });
    const { clockSkew = 0 } = await journey.signIn();
    expect(Math.abs(clockSkew - 60_000)).toBeLessThanOrEqual(500);
  });

  it('passes the login hint on, and asks for a fresh authentication only when told to', async () => {
    await using journey = await startOktaJourney();
    const begin = { handle: 'h', callbackUrl };
    const plain = await journey.provider.begin({ ...begin, forceAuthentication: false, loginHint: 'a&b@c' });
    expect(Object.fromEntries(new URL(plain.send.url).searchParams)).toMatchObject({ login_hint: 'a&b@c', state: 'h' });
    expect(new URL(plain.send.url).searchParams.has('prompt')).toBe(false);
    const forced = await journey.provider.begin({ ...begin, forceAuthentication: true });
    expect(Object.fromEntries(new URL(forced.send.url).searchParams)).toMatchObject({ prompt: 'login', max_age: '0' });
  });

  it('refuses a forced authentication without auth_time', async () => {
    await using journey = await startOktaJourney();
    await expect(journey.signIn(['auth-time-missing'], { forceAuthentication: true })).rejects.toMatchObject({
      code: 'reauthentication_missing',
    });
  });
});

describe('Entra', () => {
  const person = (fields: object) => ({
    upstream: { users: [{ username: 'a', password: '', subject: 'oid-1', ...fields }] },
  });

  it("gives the directory's own id where there is no on-premises one", async () => {
    await using journey = await startEntraJourney(person({ graph: { mail: 'a@b.example' } }));
    const { raw } = await journey.signIn();
    expect(raw.oid).toEqual({ name: 'id', values: ['oid-1'] });
    expect(raw.sid).toBeUndefined();
  });

  it('reads no groups unless told to', async () => {
    await using journey = await startEntraJourney(person({ groups: ['g1'] }));
    expect((await journey.signIn()).raw.groups).toBeUndefined();
    expect(journey.ports.fetched.some((url) => url.includes('transitiveMemberOf'))).toBe(false);
  });

  it('takes whole groups of the token, and Graph when there are too many for it', async () => {
    const settings = { groups: true };
    await using whole = await startEntraJourney({
      settings,
      ...person({ claims: { groups: ['t1'] }, groups: ['g1'] }),
    });
    expect((await whole.signIn()).raw.groups?.values).toEqual(['t1']);
    for (const overage of [
      { hasgroups: true },
      { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://evil.example' } } },
    ]) {
      const groups = ['g1', 'g2', 'g3', 'g4', 'g5'];
      await using journey = await startEntraJourney({
        settings,
        ...person({ claims: { groups: ['t1'], ...overage }, groups }),
      });
      expect((await journey.signIn()).raw.groups?.values).toEqual(groups);
      expect(journey.ports.fetched.some((url) => url.includes('evil.example'))).toBe(false);
    }
  });

  it('sends the access token to Graph only, wherever a page says that the next one is', async () => {
    await using journey = await startEntraJourney({
      settings: { groups: true },
      ...person({ groups: ['g1', 'g2', 'g3'] }),
    });
    const { fetch } = journey.ports;
    journey.ports.fetch = async (url, init) => {
      const response = await fetch(url, init);
      if (!url.includes('transitiveMemberOf')) return response;
      return Response.json({ value: [], '@odata.nextLink': 'https://evil.example/v1.0/me/transitiveMemberOf' });
    };
    await expect(journey.signIn()).rejects.toMatchObject({ code: 'directory_refused' });
    expect(journey.ports.fetched.some((url) => url.includes('evil.example'))).toBe(false);
  });

  it('says when Graph throttles, and for how long', async () => {
    await using journey = await startEntraJourney();
    await expect(journey.signIn(['graph-throttled'])).rejects.toMatchObject({
      code: 'upstream_throttled',
      detail: { note: 'retry after 17 s' },
    });
  });

  it('says when Graph refuses, and why', async () => {
    await using journey = await startEntraJourney();
    await expect(journey.signIn(['graph-refused'])).rejects.toMatchObject({
      code: 'directory_refused',
      detail: { received: 'HTTP 403 Authorization_RequestDenied' },
    });
  });

  it('uses the registration of the connection, else that of the installation, else none', () => {
    const settings = azureAd.schema.parse({ tenantId });
    expect(() => azureAd.create(settings, {} as never, {} as never)).toThrow('settings_invalid');
    expect(azureAd.schema.safeParse({ tenantId, clientId: 'c' }).error?.issues[0]?.path).toEqual(['clientSecret']);
  });

  it('keeps nothing of the token for sign-out but its login hint', async () => {
    await using journey = await startEntraJourney(person({ claims: { login_hint: 'opaque' } }));
    const { signOut } = await journey.signIn();
    expect(signOut).toEqual({ logoutHint: 'opaque' });
    const url = await journey.provider.signOutUrl(signOut!, 'https://workspace.test/', 'h');
    expect(new URL(url ?? '').searchParams.get('logout_hint')).toBe('opaque');
  });
});

describe('Gateway', () => {
  it('names us by client id at sign-out and shows no token', async () => {
    await using journey = await startGatewayJourney();
    const { signOut } = await journey.signIn();
    const url = new URL((await journey.provider.signOutUrl(signOut!, 'https://workspace.test/', 'h')) ?? '');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'client',
      post_logout_redirect_uri: 'https://workspace.test/',
      state: 'h',
    });
  });

  it('takes an FQDN, and its issuer is https and the FQDN as typed', () => {
    const { schema } = definitionOf('gateway')!;
    const rest = { clientId: 'c', clientSecret: 's' };
    expect(schema.parse({ fqdn: 'Gateway.Example.com', ...rest }).fqdn).toBe('Gateway.Example.com');
    expect(schema.safeParse({ fqdn: 'gateway.example.com/x?y', ...rest }).success).toBe(false);
    expect(schema.safeParse({ fqdn: 'a b', ...rest }).success).toBe(false);
  });
});

describe('settings of every OIDC vendor', () => {
  it.each(['okta', 'azure-ad', 'gateway', 'oidc'] as const)(
    '%s: what came out of the schema goes into it again unchanged',
    (kind) => {
      const { schema } = definitionOf(kind)!;
      const typed = {
        okta: { url: 'https://x.okta.com/', clientId: 'c', clientSecret: 's' },
        'azure-ad': { tenantId: tenantId.toUpperCase() },
        gateway: { fqdn: 'gw.example.com', clientId: 'c', clientSecret: 's' },
        oidc: { issuer: 'https://login.example.com/realms/corp/', clientId: 'c', clientSecret: 's' },
      }[kind];
      const once = schema.parse(typed);
      expect(schema.parse(once)).toEqual(once);
      expect(JSON.parse(JSON.stringify(once))).toEqual(once);
    },
  );
});
