import { expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { getJson } from '../support/browserless.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('The discovery document says what the specification requires, and only what is true', async () => {
  const url = `${op.issuer}/.well-known/openid-configuration`;
  const answer = await getJson(url);
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toContain('application/json');
  const { discovery, issuer } = op;
  expect(discovery).toMatchObject({
    issuer,
    authorization_endpoint: `${issuer}/connect/authorize`,
    token_endpoint: `${issuer}/connect/token`,
    userinfo_endpoint: `${issuer}/connect/userinfo`,
    jwks_uri: `${issuer}/.well-known/openid-configuration/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: expect.arrayContaining(['RS256']),
    code_challenge_methods_supported: ['S256'],
    claims_parameter_supported: true,
    request_uri_parameter_supported: false,
    scopes_supported: expect.arrayContaining(['openid', 'profile', 'email']),
    claims_supported: expect.arrayContaining(['sub', 'iss', 'auth_time', 'name', 'email', 'cip_sid']),
    ui_locales_supported: ['en', 'ja'],
  });
  expect(discovery.grant_types_supported).toEqual(['authorization_code', 'refresh_token']);
  for (const absent of ['registration_endpoint', 'device_authorization_endpoint', 'request_parameter_supported']) {
    expect(discovery).not.toHaveProperty(absent);
  }
});

it('The published keys are public, named, of sufficient length, and one for each algorithm on offer', async () => {
  const { body } = await getJson(String(op.discovery.jwks_uri));
  const keys = body.keys as Record<string, string>[];
  for (const key of keys) {
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(secret);
    for (const name of ['n', 'e', 'x', 'y']) if (name in key) expect(key[name]).toMatch(/^[\w-]+$/);
    expect(key).toMatchObject({ use: 'sig', kid: expect.stringMatching(/./) });
    if (key.kty === 'RSA') expect(Buffer.from(key.n ?? '', 'base64url').length).toBeGreaterThanOrEqual(256);
  }
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
  expect(new Set(keys.map(({ alg }) => alg))).toEqual(new Set(['RS256', 'ES256']));
});

it('Behind TLS every address in the document is https', async () => {
  const env = { SEKISHO_DOMAIN: 'https://sekisho.example', SEKISHO_TRUSTED_PROXIES: '127.0.0.1' };
  const app = await startTestApp({ env });
  try {
    const url = `http://127.0.0.1:${app.port}/core/.well-known/openid-configuration`;
    const { body } = await getJson(url, { host: 'accounts.sekisho.example' });
    expect(body.issuer).toBe('https://accounts.sekisho.example/core');
    const addresses = Object.entries(body).filter(([name]) => /(_endpoint|_uri)$/.test(name));
    expect(addresses.length).toBeGreaterThanOrEqual(5);
    for (const [, address] of addresses) expect(address).toMatch(/^https:\/\/accounts\.sekisho\.example\/core\//);
  } finally {
    await app.close();
  }
});
