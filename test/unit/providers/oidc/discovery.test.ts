import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { issuerForTenant } from '../../../../metadata/discovery.ts';
import { createDiscovery, type DiscoveryOptions } from '../../../../providers/protocols/oidc/discovery.ts';
import { documentUrlOf, explainBadIssuer, normaliseIssuer } from '../../../../providers/protocols/oidc/endpoints.ts';
import { describeWithFixtures, sharedFixtures } from '../../../support/skips.ts';

const fixtures = new URL('oidc-discovery/', sharedFixtures);

function discover(document: unknown, options: DiscoveryOptions) {
  const fetched: string[] = [];
  const discovery = createDiscovery(options, {
    now: () => 0,
    log: { info: () => undefined, warn: () => undefined },
    fetch: async (url) => {
      fetched.push(url);
      return Response.json(document);
    },
  });
  return { fetched, found: discovery.get() };
}

describeWithFixtures('documents of real vendors', () => {
  const read = (name: string) => JSON.parse(readFileSync(new URL(name, fixtures), 'utf8'));

  it('a NetScaler: below /oauth/idp/, with the bare host as issuer', async () => {
    const { fetched, found } = discover(read('netscaler__gateway.example.com.json'), {
      issuer: 'https://gateway.example.com',
      documentUrl: 'https://gateway.example.com/oauth/idp/.well-known/openid-configuration',
    });
    expect(await found).toMatchObject({
      tokenEndpoint: 'https://gateway.example.com/oauth/idp/token',
      endSessionEndpoint: 'https://gateway.example.com/oauth/idp/logout',
      algorithms: ['RS256'],
      responseIssuer: false,
    });
    expect((await found).tokenEndpointAuthMethods).toBeUndefined();
    expect(fetched).toEqual(['https://gateway.example.com/oauth/idp/.well-known/openid-configuration']);
  });

  it('a NetScaler typed in capitals: another issuer', async () => {
    const { found } = discover(read('netscaler__gateway.example.com.json'), { issuer: 'https://Gateway.example.com' });
    await expect(found).rejects.toMatchObject({ code: 'discovery_issuer_mismatch' });
  });

  it("Entra's templated issuer stands for the connection's tenant", async () => {
    const tenant = '10c419d4-4a50-45b2-aa4e-919fb84df24f';
    const name = readdirSync(fixtures).find((file) => file.startsWith('azure-v2__login.microsoftonline.com_tenantid'));
    const { fetched, found } = discover(read(name ?? ''), {
      issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
      resolveIssuer: (issuer) => issuerForTenant(issuer, tenant),
    });
    expect((await found).algorithms).toEqual(['RS256']);
    expect(fetched).toEqual([`https://login.microsoftonline.com/${tenant}/v2.0/.well-known/openid-configuration`]);
  });

  it("Entra's document of one tenant is not another tenant's", async () => {
    const tenant = '99999999-4a50-45b2-aa4e-919fb84df24f';
    const name = readdirSync(fixtures).find((file) => file.includes('login.microsoftonline.com_10c419d4'));
    const { found } = discover(read(name ?? ''), {
      issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
      resolveIssuer: (issuer) => issuerForTenant(issuer, tenant),
    });
    await expect(found).rejects.toMatchObject({ code: 'discovery_issuer_mismatch' });
  });

  it('an Okta authorization server is read by its issuer', async () => {
    const name = readdirSync(fixtures).find((file) => file.startsWith('okta__dev-69785679'));
    const { found } = discover(read(name ?? ''), { issuer: 'https://dev-69785679.okta.com/oauth2/default' });
    expect((await found).tokenEndpointAuthMethods).toContain('client_secret_basic');
  });

  it('every document ends in a description or in an error with a code, never in a crash', async () => {
    for (const file of readdirSync(fixtures).filter((name) => name.endsWith('.json'))) {
      const document = read(file);
      const outcome = await discover(document, { issuer: String(document.issuer) }).found.then(
        (found) => found.algorithms.length > 0,
        (error: { name: string }) => error.name === 'ProviderError',
      );
      expect(outcome, file).toBe(true);
    }
  });
});

describe('addresses of an upstream', () => {
  it.each([
    ['https://x.okta.com/', 'https://x.okta.com'],
    [' https://x.okta.com/oauth2/default ', 'https://x.okta.com/oauth2/default'],
    ['https://x.okta.com/oauth2/default/.well-known/openid-configuration', 'https://x.okta.com/oauth2/default'],
    ['https://x.okta.com/.well-known/openid-configuration', 'https://x.okta.com'],
  ])('%s means the issuer %s', (typed, issuer) => {
    expect(normaliseIssuer(typed)).toBe(issuer);
    expect(normaliseIssuer(normaliseIssuer(typed))).toBe(issuer);
    expect(documentUrlOf(issuer)).toBe(`${issuer}/.well-known/openid-configuration`);
  });

  it.each(['http://127.0.0.1:9000', 'http://localhost:9000', 'http://okta.localhost:9000', 'http://[::1]:9000'])(
    '%s may be typed: the guarded fetch decides whether it may be reached',
    (url) => {
      expect(explainBadIssuer(url)).toBeUndefined();
    },
  );

  it.each(['http://127.0.0.1.evil.example', 'http://localhost.evil.example', 'http://10.0.0.1', 'ftp://x', ''])(
    '%s may not',
    (url) => {
      expect(explainBadIssuer(url)).toMatch(/^must/);
    },
  );
});
