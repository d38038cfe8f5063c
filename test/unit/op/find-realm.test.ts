/** Whose session a request below the issuer is about: a table of requests, most of them strange. */
import { describe, expect, it } from 'vitest';
import type { RelyingParty } from '../../../src/op/clients.ts';
import { createFindRealm } from '../../../src/op/find-realm.ts';

const parties: Record<string, Partial<RelyingParty>> = {
  console: { realm: 'administrators', metadata: {} },
  'workspace:acme': { realm: 'subscribers-acme', metadata: {} },
  wiki: { realm: 'subscribers-acme', metadata: {} },
  pocket: { realm: 'apps-acme', metadata: { application_type: 'native' } },
  everywhere: { realm: null, metadata: {} },
  roaming: { realm: null, metadata: { application_type: 'native' } },
};
const pushed = (parameters: object) => ({ request: `e30.${base64url(parameters)}.` });
const requests: Record<string, object> = {
  ofWiki: pushed({ client_id: 'wiki' }),
  ofEverywhere: pushed({ client_id: 'everywhere', acr_values: 'tenant:globex' }),
  broken: { request: 'not a jwt' },
};
const interactions: Record<string, object> = {
  ofWiki: { params: { client_id: 'wiki' } },
  asked: { params: { client_id: 'everywhere' } },
  decided: { params: { client_id: 'everywhere' }, result: { sekisho: { realm: 'subscribers-globex' } } },
  failed: { params: { client_id: 'wiki' }, result: { error: 'access_denied' } },
};
const sessions: Record<string, { session: { realm: string } }> = {
  uid1: { session: { realm: 'subscribers-initech' } },
};

const findRealm = createFindRealm({
  parties: { find: async (id: string) => parties[id], ownSecret: () => '' } as never,
  sessions: { find: async (uid: string) => sessions[uid] } as never,
  provider: () =>
    ({
      PushedAuthorizationRequest: { find: async (id: string) => requests[id] },
      Interaction: { find: async (uid: string) => interactions[uid] },
    }) as never,
});
function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
const hint = (claims: object) => `e30.${base64url(claims)}.sig`;
const par = (id: string) => `request_uri=urn:ietf:params:oauth:request_uri:${id}`;

describe('The realm of a request', () => {
  it.each<[string, string, string]>([
    ['/connect/authorize', 'client_id=wiki', 'subscribers-acme'],
    ['/connect/authorize', 'client_id=pocket', 'apps-acme'],
    ['/connect/authorize', 'client_id=console', 'administrators'],
    ['/connect/authorize', 'client_id=workspace:acme', 'subscribers-acme'],
    ['/connect/authorize', 'client_id=nobody', 'undecided'],
    ['/connect/authorize', '', 'undecided'],
    // What belongs to one organization is not led elsewhere by its request (OP-20).
    ['/connect/authorize', 'client_id=wiki&acr_values=tenant:globex', 'subscribers-acme'],
    ['/connect/authorize', 'client_id=wiki&acr_values=idp:citrix', 'subscribers-acme'],
    ['/connect/authorize', 'client_id=everywhere', 'undecided'],
    ['/connect/authorize', 'client_id=everywhere&acr_values=tenant:globex', 'subscribers-globex'],
    ['/connect/authorize', 'client_id=roaming&acr_values=tenant:globex', 'apps-globex'],
    ['/connect/authorize', 'client_id=everywhere&acr_values=idp:citrix', 'administrators'],
    ['/connect/authorize', 'client_id=everywhere&acr_values=tenant:globex idp:citrix', 'administrators'],
    ['/connect/authorize', 'client_id=everywhere&acr_values=tenant:Globex', 'undecided'],
    ['/connect/authorize', 'client_id=everywhere&acr_values=tenant:../x', 'undecided'],
    ['/connect/authorize', `client_id=wiki&${par('ofWiki')}`, 'subscribers-acme'],
    ['/connect/authorize', `client_id=everywhere&${par('ofEverywhere')}`, 'subscribers-globex'],
    ['/connect/authorize', `client_id=everywhere&acr_values=tenant:acme&${par('ofEverywhere')}`, 'subscribers-globex'],
    ['/connect/authorize', `client_id=wiki&${par('broken')}`, 'subscribers-acme'],
    ['/connect/authorize', `client_id=wiki&${par('none')}`, 'subscribers-acme'],
    ['/connect/authorize', 'client_id=wiki&request_uri=https://evil.example/', 'subscribers-acme'],
    ['/connect/authorize/ofWiki', '', 'subscribers-acme'],
    ['/connect/authorize/asked', '', 'undecided'],
    ['/connect/authorize/decided', '', 'subscribers-globex'],
    ['/connect/authorize/decided', 'client_id=wiki', 'subscribers-globex'],
    ['/connect/authorize/failed', '', 'subscribers-acme'],
    ['/connect/authorize/expired', '', 'undecided'],
    ['/connect/endsession', '', 'ask'],
    ['/connect/endsession', 'client_id=wiki', 'subscribers-acme'],
    ['/connect/endsession', 'client_id=everywhere', 'ask'],
    ['/connect/endsession', 'realm=subscribers-globex', 'subscribers-globex'],
    ['/connect/endsession', 'realm=UPPER', 'ask'],
    ['/connect/endsession', `id_token_hint=${hint({ sid: 'uid1', aud: 'wiki' })}`, 'subscribers-initech'],
    ['/connect/endsession', `id_token_hint=${hint({ sid: 'gone', aud: 'wiki' })}`, 'subscribers-acme'],
    ['/connect/endsession', 'id_token_hint=rubbish', 'ask'],
    ['/connect/endsession', 'id_token_hint=a.bnVsbA.c', 'ask'],
    ['/connect/endsession/confirm', 'realm=administrators', 'administrators'],
    ['/connect/endsession/confirm', '', 'undecided'],
    ['/connect/endsession/success', '', 'none'],
    ['/connect/token', 'client_id=wiki', 'none'],
    ['/connect/userinfo', '', 'none'],
    ['/connect/introspect', '', 'none'],
    ['/.well-known/openid-configuration', '', 'none'],
    // Spellings that oidc-provider's router would take for these.
    ['/connect/Authorize', 'client_id=wiki', 'unknown'],
    ['/CONNECT/AUTHORIZE', 'client_id=wiki', 'unknown'],
    ['/connect/authorize/', 'client_id=wiki', 'unknown'],
    ['/connect/endsession/', '', 'unknown'],
    ['/connect/EndSession/confirm', '', 'unknown'],
  ])('%s?%s is %s', async (path, query, expected) => {
    const found = await findRealm(path, new URLSearchParams(query));
    expect(typeof found === 'string' ? found : found.realm).toBe(expected);
  });
});
