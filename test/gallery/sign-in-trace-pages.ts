/** Explained sign-ins: the list, one of each kind, and what somebody with a link sees. */
import { explainedSignInGonePage, explainedSignInPage } from '../../src/accounts/views/explained-sign-in-pages.ts';
import { type SignInTracePage, signInsPage, signInTracePage } from '../../src/console/views/sign-ins-pages.ts';
import type { TraceLink } from '../../src/signin/traces/trace-links.ts';
import type { Trace } from '../../src/signin/traces/traces.ts';
import { frame } from './console-pages.ts';
import { day, hour, minute, now, type Sample } from './samples.ts';

const base = {
  organizationId: 'o',
  connection: { id: '9d0a7c1a-3a54-4c0e-8f5a-1d2c3b4a5f66', version: 7, kind: 'okta' },
  clientId: 'workspace:sampleseisakusho',
  realm: 'subscribers-sampleseisakusho',
  software: '0.1.0',
  code: null,
};
const at = (ago: number) => ({ beganAt: now - ago, finishedAt: now - ago + 20_000 });
const journey: Trace['steps'] = [
  { step: 'begun', at: 0, forced: true },
  {
    step: 'request',
    at: 84,
    method: 'GET',
    host: 'samplecompany.okta.com',
    path: '/.well-known/openid-configuration',
    ms: 81,
    status: 200,
  },
  { step: 'left', at: 86, binding: 'redirect' },
  { step: 'came_back', at: 14_220, binding: 'redirect' },
  {
    step: 'request',
    at: 14_390,
    method: 'POST',
    host: 'samplecompany.okta.com',
    path: '/oauth2/v1/token',
    ms: 168,
    status: 200,
  },
];
const proof = {
  step: 'proven',
  at: 14_460,
  keyId: 'qW3eK9-2026-11',
  clockSkew: 340,
  methods: ['pwd', 'mfa'],
  context: 'urn:okta:loa:2fa:any',
} as const;
const attribute = { required: true, values: 1, encoding: 'text', outcome: 'ok' } as const;
const attributes = [
  { ...attribute, claim: 'cip_sid', attribute: 'cip_sid' },
  { ...attribute, claim: 'cip_upn', attribute: 'cip_upn' },
  { ...attribute, claim: 'cip_oid', attribute: 'cip_oid', encoding: 'base64' },
  { ...attribute, claim: 'cip_email', attribute: 'cip_email' },
  { ...attribute, claim: 'name', attribute: 'displayName', required: false },
] as const;

const failed: Trace = {
  ...base,
  id: '019ab000-0000-7000-8000-000000000001',
  reference: 'K7QM-3XPD',
  ...at(12 * minute),
  outcome: 'failed',
  code: 'id_token_issuer_mismatch',
  steps: [
    ...journey,
    {
      step: 'failed',
      at: 14_402,
      code: 'id_token_issuer_mismatch',
      where: 'iss',
      expected: 'https://login.samplecompany.example',
      received: 'https://samplecompany.okta.com/oauth2/default',
    },
  ],
};
const signedIn: Trace = {
  ...base,
  id: '019ab000-0000-7000-8000-000000000002',
  reference: 'W2HC-9RTB',
  ...at(14 * minute),
  outcome: 'signed_in',
  steps: [
    ...journey,
    proof,
    { step: 'attributes', at: 14_462, ok: true, attributes },
    { step: 'returned', at: 14_540, sameBrowser: true },
    { step: 'session_opened', at: 14_552 },
  ],
};
const wrongAttributes: Trace = {
  ...base,
  id: '019ab000-0000-7000-8000-000000000003',
  connection: { ...base.connection, id: 'saml', kind: 'saml' },
  reference: 'D4NV-6KJE',
  ...at(2 * hour),
  outcome: 'attributes',
  steps: [
    { step: 'begun', at: 0, forced: false },
    { step: 'left', at: 3, binding: 'post' },
    { step: 'came_back', at: 221_000, binding: 'post' },
    {
      step: 'proven',
      at: 221_008,
      certificate: '3F:A1:0C:77:9E:52:D4:18:6B:CC:03:95:E0:2F:71:AA:48:BD:16:F9:24:8E:5D:30:C7:6A:91:0B:E3:5F:82:D6',
      clockSkew: -190_000,
      context: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
    },
    {
      step: 'attributes',
      at: 221_009,
      ok: false,
      attributes: [
        ...attributes.slice(1),
        { ...attribute, claim: 'cip_sid', attribute: 'cip_sid', values: 0, outcome: 'problem', reason: 'missing' },
        {
          ...attribute,
          claim: 'cip_email',
          attribute: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
          values: 2,
          outcome: 'problem',
          reason: 'multiple',
        },
      ],
    },
    { step: 'returned', at: 221_150, sameBrowser: true },
  ],
};
const unreachable: Trace = {
  ...base,
  id: '019ab000-0000-7000-8000-000000000004',
  reference: 'T8FX-2MQA',
  ...at(3 * hour),
  outcome: 'failed',
  code: 'upstream_timeout',
  steps: [
    { step: 'begun', at: 0, forced: true },
    {
      step: 'request',
      at: 8_003,
      method: 'GET',
      host: 'gateway.sample.example',
      path: '/oauth/idp/.well-known/openid-configuration',
      ms: 8_001,
      error: 'upstream_timeout',
    },
    {
      step: 'failed',
      at: 8_004,
      code: 'upstream_timeout',
      where: 'https://gateway.sample.example/oauth/idp/.well-known/openid-configuration',
    },
  ],
};
const stale: Trace = {
  ...base,
  id: '019ab000-0000-7000-8000-000000000005',
  reference: 'B5RW-7YGC',
  ...at(5 * hour),
  connection: null,
  realm: '',
  outcome: 'stale',
  steps: [{ step: 'came_back', at: 0, binding: 'redirect' }],
};
const traces = [failed, signedIn, wrongAttributes, unreachable, stale];
const names: Readonly<Record<string, string>> = { okta: 'Okta (subscribers)', saml: '本社 AD FS' };
const listed = traces.map((trace) => ({ ...trace, href: '/', name: names[trace.connection?.kind ?? ''] }));

const list = {
  action: '/',
  counts: [
    {
      name: 'Okta (subscribers)',
      begun: 1_204,
      cameBack: 1_189,
      succeeded: 1_176,
      failed: 9,
      refused: 4,
    },
    { name: '本社 AD FS', begun: 38, cameBack: 31, succeeded: 12, failed: 19, refused: 0 },
  ],
  connections: [
    { id: 'a', name: 'Okta (subscribers)' },
    { id: 'b', name: '本社 AD FS' },
  ],
  chosen: { connection: '', outcome: '' } as const,
  traces: listed,
  olderHref: '/',
};
const link: TraceLink = {
  id: '5b0e7c1a-3a54-4c0e-8f5a-1d2c3b4a5f60',
  traceId: failed.id,
  createdAt: now - 5 * minute,
  createdBy: 'Aiko Sato',
  expiresAt: now + 7 * day,
  state: 'open',
  openedAt: now - minute,
};
const one: SignInTracePage = {
  trace: failed,
  listHref: '/',
  connection: { name: 'Okta (subscribers)', href: '/' },
  provider: 'Okta',
  vendor: 'okta-oidc',
  application: base.clientId,
  keptUntil: now + 14 * day,
  logHref: '/',
  links: [],
  share: { action: '/', revokeAction: '/', csrf: 'x' },
};

export const signInTracePages: Readonly<Record<string, Sample>> = {
  'console-sign-ins': (c) => signInsPage(c, frame, list),
  'console-sign-ins-missed': (c) => signInsPage(c, frame, { ...list, missed: 'K7QM-3XPE' }),
  'console-sign-ins-empty': (c) =>
    signInsPage(c, frame, { action: '/', counts: [], connections: [], chosen: list.chosen, traces: [] }),
  'console-sign-in-failed': (c) => signInTracePage(c, frame, one),
  'console-sign-in-shared': (c) =>
    signInTracePage(c, frame, {
      ...one,
      created: 'https://accounts.citrixcloud.example/explain/5b0e7c1a-3a54-4c0e-8f5a-1d2c3b4a5f60.q3Vb0mWqU1cYx7dJr8s',
      links: [
        link,
        { ...link, id: '2', createdBy: null, state: 'revoked', openedAt: null },
        { ...link, id: '3', createdAt: now - 9 * day, createdBy: '鈴木 花子', state: 'expired' },
      ],
    }),
  'console-sign-in-good': (c) => {
    const { share: _, ...mayOnlyRead } = one;
    return signInTracePage(c, frame, { ...mayOnlyRead, trace: signedIn });
  },
  'console-sign-in-attributes': (c) =>
    signInTracePage(c, frame, {
      ...one,
      trace: wrongAttributes,
      connection: { name: '本社 AD FS' },
      provider: 'SAML 2.0',
    }),
  'console-sign-in-unreachable': (c) => signInTracePage(c, frame, { ...one, trace: unreachable }),
  'console-sign-in-stale': (c) =>
    signInTracePage(c, frame, { ...one, trace: stale, connection: undefined, provider: undefined }),
  'explained-sign-in': (c) =>
    explainedSignInPage(c, {
      trace: failed,
      organization: '株式会社サンプル製作所',
      provider: 'Okta',
      vendor: 'okta-oidc',
      expiresAt: now + 7 * day,
    }),
  'explained-sign-in-gone': (c) => explainedSignInGonePage(c),
};
