/** The pages that connect a Citrix Gateway. */
import { ProviderError } from '../../providers/errors.ts';
import type { GatewayDetection } from '../../providers/gateway/detect.ts';
import {
  type GatewayPage,
  gatewayPage,
  gatewayPairPage,
  replacePairPage,
} from '../../src/console/connections/gateway-pages.ts';
import { frame } from './console-pages.ts';
import { minute, type Sample } from './samples.ts';

const head = { kind: 'gateway', name: 'Tokyo Gateway', state: 'draft', listHref: '/', href: '/' } as const;
const pair = {
  clientId: '5b0e7c1a-3a54-4c0e-8f5a-1d2c3b4a5f61',
  clientSecret: 'q3Vb0mWqU1cYx7dJr8sT2hLzK4nPfEoA9gRiXwBvCyM',
  redirectUrl: 'https://accounts.citrixcloud.example/core/login-cip',
};
const base = 'https://gateway.sample.example';
const documentUrl = `${base}/oauth/idp/.well-known/openid-configuration`;
const found: NonNullable<GatewayDetection['found']> = {
  issuer: base,
  expectedIssuer: base,
  authorizationEndpoint: `${base}/oauth/idp/login`,
  tokenEndpoint: `${base}/oauth/idp/token`,
  jwksUri: `${base}/oauth/idp/certs`,
  endSessionEndpoint: `${base}/oauth/idp/logout`,
  algorithms: ['RS256'],
  keys: [{ keyId: undefined, type: 'RSA 2048', trust: undefined }],
  clockSkew: 1400,
};
const passed = ['reachable', 'discovery', 'issuer'].map((check) => ({ check, ok: true }));
const well: GatewayDetection = {
  documentUrl,
  found,
  results: [
    ...passed,
    { check: 'clock', ok: true, clockSkew: 1400 },
    { check: 'keys', ok: true },
    { check: 'certificates', ok: true, found: { where: 'tls', by: 'public', authority: 'DigiCert Global Root G2' } },
  ],
};
const troubled: GatewayDetection = {
  documentUrl,
  found: { ...found, issuer: 'https://GATEWAY.sample.example', keys: [] },
  results: [
    { check: 'reachable', ok: true },
    { check: 'discovery', ok: true },
    {
      check: 'issuer',
      ok: false,
      error: new ProviderError('discovery_issuer_mismatch', {
        detail: { expected: base, received: 'https://GATEWAY.sample.example' },
      }),
    },
    { check: 'clock', ok: false, error: new ProviderError('clock_skew', { detail: { clockSkew: 7 * minute } }) },
    { check: 'keys', ok: false, error: new ProviderError('keys_missing') },
    {
      check: 'certificates',
      ok: false,
      error: new ProviderError('certificate_untrusted', { detail: { received: 'self_signed' } }),
    },
  ],
};
const unreachable: GatewayDetection = {
  documentUrl,
  results: [{ check: 'reachable', ok: false, error: new ProviderError('upstream_timeout') }],
};
const untrusted: GatewayDetection = {
  documentUrl,
  results: [{ check: 'reachable', ok: false, error: new ProviderError('upstream_tls') }],
};
const model: GatewayPage = {
  ...head,
  csrf: 'sample',
  fqdn: '',
  detectAction: '/',
  pairAction: '/',
  isLive: false,
  revision: 1,
  redirectUrl: pair.redirectUrl,
};
const fqdn = 'gateway.sample.example';

export const gatewayPages: Readonly<Record<string, Sample>> = {
  'console-gateway': (c) => gatewayPage(c, frame, model),
  'console-gateway-problem': (c) => gatewayPage(c, frame, { ...model, fqdn: 'a b', problem: 'fqdnInvalid' }),
  'console-gateway-found': (c) => gatewayPage(c, frame, { ...model, fqdn, detection: well }),
  'console-gateway-troubled': (c) => gatewayPage(c, frame, { ...model, fqdn, isLive: true, detection: troubled }),
  'console-gateway-unreachable': (c) => gatewayPage(c, frame, { ...model, fqdn, detection: unreachable }),
  'console-gateway-tls': (c) => gatewayPage(c, frame, { ...model, fqdn, detection: untrusted }),
  'console-gateway-live': (c) =>
    gatewayPage(c, frame, {
      ...model,
      fqdn,
      isLive: true,
      live: { clientId: pair.clientId, replaceHref: '/' },
      draft: { clientId: pair.clientId.replace('5', '6') },
    }),
  'console-gateway-pair': (c) =>
    gatewayPairPage(c, frame, { ...head, ...pair, isLive: false, downloadAction: '/', nextHref: '/', csrf: 'x' }),
  'console-gateway-pair-live': (c) =>
    gatewayPairPage(c, frame, { ...head, ...pair, isLive: true, downloadAction: '/', nextHref: '/', csrf: 'x' }),
  'console-gateway-replace': (c) =>
    replacePairPage(c, frame, { ...head, action: '/', csrf: 'x', version: 3, cancelHref: '/' }),
};
