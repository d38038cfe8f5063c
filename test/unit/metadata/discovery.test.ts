import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DiscoveryError,
  discoveryErrorCodes,
  issuerForTenant,
  isTemplatedIssuer,
  readDiscovery,
} from '../../../metadata/discovery.ts';
import { describeWithFixtures, hasSharedFixtures, sharedFixtures } from '../../support/skips.ts';

const document = {
  issuer: 'https://op.test',
  authorization_endpoint: 'https://op.test/authorize',
  token_endpoint: 'https://op.test/token',
  jwks_uri: 'https://op.test/jwks',
  response_types_supported: ['code'],
  id_token_signing_alg_values_supported: ['RS256'],
};

function refusalOf(...parameters: Parameters<typeof readDiscovery>): DiscoveryError | undefined {
  try {
    readDiscovery(...parameters);
  } catch (error) {
    if (error instanceof DiscoveryError) return error;
    throw error;
  }
  return undefined;
}

describe('reading a discovery document', () => {
  it('takes what a connection uses and nothing else', () => {
    const more = {
      userinfo_endpoint: 'https://op.test/me',
      end_session_endpoint: 'https://op.test/end',
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    };
    expect(readDiscovery({ ...document, ...more, x_vendor: 1, __proto__: { y: 1 } })).toEqual({ ...document, ...more });
    expect(readDiscovery({ ...document, userinfo_endpoint: null, end_session_endpoint: '' })).toEqual(document);
  });

  it('names every field that is missing, at once', () => {
    const refusal = refusalOf({
      issuer: 'https://op.test',
      token_endpoint: '',
      jwks_uri: null,
      response_types_supported: [],
    });
    expect(refusal?.code).toBe('incomplete');
    expect(refusal?.fields).toEqual([
      'authorization_endpoint',
      'token_endpoint',
      'jwks_uri',
      'id_token_signing_alg_values_supported',
    ]);
    for (const field of refusal?.fields ?? []) expect(refusal?.message).toContain(field);
  });

  it('names values of the wrong kind', () => {
    const refusal = refusalOf({
      ...document,
      token_endpoint: ['x'],
      response_types_supported: 'code',
      end_session_endpoint: 1,
    });
    expect(refusal?.code).toBe('malformed');
    expect([...(refusal?.fields ?? [])].sort()).toEqual([
      'end_session_endpoint',
      'response_types_supported',
      'token_endpoint',
    ]);
  });

  it.each([[null], [[]], ['{}'], [undefined], [1]])('refuses %j, which is no document', (value) => {
    expect(refusalOf(value)?.code).toBe('not_a_document');
  });

  it('throws only its own error, whatever comes in', () => {
    const mutated = fc.record(
      Object.fromEntries(Object.keys(document).map((key) => [key, fc.oneof(fc.jsonValue(), fc.webUrl())])),
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), mutated), (value) => {
        const refusal = refusalOf(value);
        if (refusal !== undefined) expect(discoveryErrorCodes).toContain(refusal.code);
      }),
    );
  });
});

describe('the issuer', () => {
  it.each(['https://op.test/', 'https://OP.test', 'https://op.test:443', 'http://op.test', 'https://op.test/.'])(
    'is compared character by character: %s is another than https://op.test',
    (expectedIssuer) => {
      const refusal = refusalOf(document, { expectedIssuer });
      expect(refusal).toMatchObject({ code: 'issuer_mismatch', expected: expectedIssuer, received: 'https://op.test' });
    },
  );

  it('is kept as it was written', () => {
    const issuer = 'https://OP.test:443/Realm/';
    expect(readDiscovery({ ...document, issuer }, { expectedIssuer: issuer }).issuer).toBe(issuer);
  });

  it.each([
    'accounts.google.com',
    'https://op.test?x=1',
    'https://op.test#x',
    'https://a@op.test',
    'http://op.test',
    'urn:op',
  ])('must be an https URL without query, fragment or user: not %s', (issuer) => {
    expect(refusalOf({ ...document, issuer })?.code).toBe('issuer_invalid');
  });

  it('of Entra is a template, filled with a tenant that must be a GUID', () => {
    const template = 'https://login.microsoftonline.com/{tenantid}/v2.0';
    expect(isTemplatedIssuer(template)).toBe(true);
    expect(isTemplatedIssuer(document.issuer)).toBe(false);
    expect(readDiscovery({ ...document, issuer: template }, { expectedIssuer: template }).issuer).toBe(template);
    expect(issuerForTenant(template, '9188040D-6c67-4c5b-b112-36a304b66dad')).toBe(
      'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0',
    );
    for (const tenant of ['', 'common', '../evil', 'contoso.com', '9188040d-6c67-4c5b-b112-36a304b66dad/x', '$&']) {
      expect(() => issuerForTenant(template, tenant)).toThrow(DiscoveryError);
    }
  });
});

describe('addresses', () => {
  it('must be https, and every refused one is named', () => {
    const refusal = refusalOf({
      ...document,
      token_endpoint: 'http://op.test/token',
      jwks_uri: '/jwks',
      end_session_endpoint: 'javascript:alert(1)',
    });
    expect(refusal?.code).toBe('endpoint_refused');
    expect(refusal?.fields).toEqual(['token_endpoint', 'jwks_uri', 'end_session_endpoint']);
  });

  it('may be http on this machine, only when that is allowed', () => {
    const local = Object.fromEntries(
      Object.entries(document).map(([key, value]) => [
        key,
        typeof value === 'string' ? value.replace('https://op.test', 'http://127.0.0.1:9000') : value,
      ]),
    );
    expect(refusalOf(local)?.code).toBe('issuer_invalid');
    expect(readDiscovery(local, { allowLoopbackHttp: true })).toEqual(local);
    for (const host of ['127.0.0.1.evil.test', 'localhost.evil.test', '169.254.169.254', 'op.test']) {
      expect(refusalOf({ ...local, jwks_uri: `http://${host}/jwks` }, { allowLoopbackHttp: true })?.code).toBe(
        'endpoint_refused',
      );
    }
    for (const host of ['localhost', 'okta.localhost:8080', '[::1]']) {
      expect(refusalOf({ ...local, jwks_uri: `http://${host}/jwks` }, { allowLoopbackHttp: true })).toBeUndefined();
    }
  });
});

const folder = new URL('oidc-discovery/', sharedFixtures);

describeWithFixtures('real discovery documents', () => {
  const files = !hasSharedFixtures
    ? []
    : readdirSync(folder)
        .filter((file) => file.endsWith('.json'))
        .sort();
  const read = (file: string): Record<string, unknown> => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  const refused: Readonly<Record<string, string>> = {
    // edited by their authors to be wrong: jwks_uri is a file name
    'azure-v1__sts.windows.net2_d062b2b0-9aca-4ff7-b32a-ba47231a4002__59147b.json': 'endpoint_refused: jwks_uri',
    'azure-v1__sts.windows.net_d062b2b0-9aca-4ff7-b32a-ba47231a4002__854b9c.json': 'endpoint_refused: jwks_uri',
    'azure-v1__sts.windows.net_d062b2b0-9aca-4ff7-b32a-ba47231a4002__fd0a57.json': 'endpoint_refused: jwks_uri',
    'duende__localhost_5000__8714f5.json': 'issuer_invalid: issuer',
    'facebook__www.facebook.com__edf86d.json':
      'incomplete: response_types_supported id_token_signing_alg_values_supported',
    'google__accounts.google.com__d5d4a7.json': 'incomplete: id_token_signing_alg_values_supported',
    'other__auth.example.com__eab5aa.json': 'incomplete: id_token_signing_alg_values_supported',
    'other__mleaproxy-oauth-server__7db2dc.json': 'issuer_invalid: issuer',
    'other__orgIssuer__076a88.json': 'incomplete: response_types_supported id_token_signing_alg_values_supported',
  };

  it('are there', () => {
    expect(files.length).toBeGreaterThan(30);
  });

  it.each(files.filter((file) => refused[file] === undefined))('reads %s', (file) => {
    const source = read(file);
    const discovery = readDiscovery(source, { expectedIssuer: String(source.issuer) });
    expect(source).toMatchObject(discovery);
  });

  it.each(Object.entries(refused))('says why not for %s', (file, expected) => {
    const refusal = refusalOf(read(file));
    expect(`${refusal?.code}: ${refusal?.fields.join(' ')}`).toBe(expected);
  });

  it('keeps the bare host as issuer of NetScaler, whose endpoints lie below /oauth/idp/', () => {
    const discovery = readDiscovery(read('netscaler__gateway.example.com.json'), {
      expectedIssuer: 'https://gateway.example.com',
    });
    expect(discovery.authorization_endpoint).toContain('/oauth/idp/');
    expect(discovery).not.toHaveProperty('code_challenge_methods_supported');
  });
});
