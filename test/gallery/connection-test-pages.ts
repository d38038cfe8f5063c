/** The pages of a connection's test. */
import {
  type TestPage,
  type TestStartPage,
  testPage,
  testReturnPage,
  testStartPage,
} from '../../src/console/connections/connection-test-pages.ts';
import type { CheckFinding, Trial } from '../../src/signin/trials.ts';
import { frame } from './console-pages.ts';
import { now, type Sample } from './samples.ts';

const head = { name: 'Okta of Sample Seisakusho', listHref: '/', connectionHref: '/', action: '/', csrf: 'sample' };
const start: TestStartPage = { ...head, tested: 'draft', missing: [] };

const passed = (...checks: CheckFinding['check'][]): CheckFinding[] =>
  checks.map((check) => ({ check, outcome: 'passed' }));
const before = passed('settings', 'reachable', 'tls', 'document', 'issuer', 'clock', 'keys', 'client', 'redirect');
const trial: Trial = {
  id: 'x',
  organizationId: 'o',
  connectionId: 'c',
  kind: 'okta',
  tested: { what: 'draft', revision: 3, createdAt: 0 },
  phase: 'ready',
  outcome: null,
  findings: before,
  maySignIn: true,
  clockSkew: 1_200,
  startedAt: now,
  expiresAt: now + 1_800_000,
};
const attributes: Trial['attributes'] = [
  {
    claim: 'cip_sid',
    attribute: 'cip_sid',
    required: true,
    values: 1,
    encoding: 'base64',
    outcome: 'ok',
    asserted: ['AQUAAAAAAAUVAAAAouc+MZlwZ9Z2L2aHUQQAAA=='],
    normalised: 'S-1-5-21-826206114-3597103257-2271620982-1105',
  },
  {
    claim: 'cip_upn',
    attribute: 'cip_upn',
    required: true,
    values: 1,
    encoding: 'text',
    outcome: 'ok',
    asserted: ['suzuki@corp.example'],
    normalised: 'suzuki@corp.example',
  },
  {
    claim: 'cip_oid',
    attribute: 'http://schemas.microsoft.com/identity/claims/objectidentifier',
    required: true,
    values: 1,
    encoding: 'text',
    outcome: 'ok',
    asserted: ['0F0BF778-1C43-4D0C-82E6-BAD22D6AB646'],
    normalised: '0f0bf778-1c43-4d0c-82e6-bad22d6ab646',
  },
  {
    claim: 'cip_email',
    attribute: 'cip_email',
    required: true,
    values: 1,
    encoding: 'text',
    outcome: 'ok',
    asserted: ['suzuki@sample.example'],
    normalised: 'suzuki@sample.example',
  },
  {
    claim: 'name',
    attribute: 'name',
    required: false,
    values: 1,
    encoding: 'text',
    outcome: 'ok',
    asserted: ['鈴木 一郎 <b>'],
    normalised: '鈴木 一郎 <b>',
  },
  { claim: 'given_name', attribute: 'given_name', required: false, values: 0, outcome: 'absent', asserted: [] },
  {
    claim: 'groups',
    attribute: 'cip_groups',
    required: false,
    values: 43,
    encoding: 'text',
    outcome: 'ok',
    asserted: ['S-1-5-21-826206114-3597103257-2271620982-513', 'S-1-5-21-826206114-3597103257-2271620982-1200'],
    normalised: ['S-1-5-21-826206114-3597103257-2271620982-513', 'S-1-5-21-826206114-3597103257-2271620982-1200'],
  },
];
const atSignIn = passed(
  'returned',
  'response',
  'status',
  'token',
  'signature',
  'issuer_of_response',
  'audience',
  'time',
  'request',
  'subject',
  'authentication',
);

const page = (change: Partial<Trial>, more: Partial<TestPage> = {}): TestPage => ({
  ...head,
  selfHref: '/',
  checklist: {
    trial: { ...trial, ...change },
    vendor: 'okta-oidc',
    provider: 'Okta of Sample Seisakusho',
    signInHref: '/',
    ours: { redirectUri: 'https://accounts.citrixcloud.example/core/login-okta' },
  },
  ...more,
});
/** For the other surface on which a connection is tested. */
export const sampleChecklist = (change: Partial<Trial>): TestPage['checklist'] => page(change).checklist;
const saml = (change: Partial<Trial>): TestPage => {
  const whole = page({ kind: 'saml', ...change });
  const ours = {
    acs: 'https://saml.citrixcloud.example/saml/acs',
    entityId: 'https://saml.citrixcloud.example',
  };
  return { ...whole, checklist: { ...whole.checklist, vendor: 'entra-saml', ours } };
};

export const connectionTestPages: Readonly<Record<string, Sample>> = {
  'console-connection-test': (c) => testStartPage(c, frame, start),
  'console-connection-test-incomplete': (c) =>
    testStartPage(c, frame, { ...start, missing: ['Client ID', 'Client secret'], problem: 'tooMany' }),
  'console-connection-test-checking': (c) =>
    testPage(
      c,
      frame,
      page({ phase: 'checking', maySignIn: false, findings: passed('settings', 'reachable', 'tls', 'document') }),
    ),
  'console-connection-test-ready': (c) => testPage(c, frame, page({})),
  'console-connection-test-away': (c) =>
    testPage(c, frame, saml({ phase: 'away', findings: passed('settings', 'certificate', 'reachable', 'tls') })),
  'console-connection-test-failed-early': (c) =>
    testPage(
      c,
      frame,
      page({
        phase: 'done',
        outcome: 'failed',
        maySignIn: false,
        findings: [
          ...before.slice(0, 4),
          {
            check: 'issuer',
            outcome: 'failed',
            code: 'discovery_issuer_mismatch',
            detail: {
              where: 'issuer',
              expected: 'https://sample.okta.com/oauth2/default',
              received: 'https://sample.okta.com',
            },
          },
        ],
      }),
    ),
  'console-connection-test-failed': (c) =>
    testPage(
      c,
      frame,
      saml({
        phase: 'done',
        outcome: 'failed',
        clockSkew: 301_000,
        findings: [
          ...passed('settings', 'tls'),
          {
            check: 'certificate',
            outcome: 'warning',
            code: 'saml_certificate_expired',
            detail: { expected: 'a certificate that is valid on 2026-12-02', received: '2023-01-01 to 2026-01-01' },
          },
          ...passed(
            'reachable',
            'returned',
            'response',
            'status',
            'signature',
            'recipient',
            'request',
            'issuer_of_response',
          ),
          {
            check: 'clock',
            outcome: 'failed',
            code: 'saml_not_yet_valid',
            detail: {
              where: 'Assertion IssueInstant',
              expected: 'at or before 2026-12-02T09:00:00.000Z',
              received: '2026-12-02T09:05:01.000Z',
            },
          },
        ],
      }),
    ),
  'console-connection-test-attributes': (c) =>
    testPage(
      c,
      frame,
      page({
        phase: 'done',
        outcome: 'failed',
        findings: [...before, ...atSignIn, { check: 'attributes', outcome: 'failed', code: 'attributes' }],
        attributes: attributes.map((attribute) => {
          if (attribute.claim === 'cip_sid')
            return {
              claim: 'cip_sid',
              attribute: 'cip_sid',
              required: true,
              values: 0,
              outcome: 'problem',
              reason: 'missing',
              asserted: [],
            };
          if (attribute.claim !== 'cip_oid') return attribute;
          const { normalised: _, ...rest } = attribute;
          return { ...rest, outcome: 'problem' as const, reason: 'malformed' as const, asserted: ['suzuki'] };
        }),
      }),
    ),
  'console-connection-test-passed': (c) =>
    testPage(
      c,
      frame,
      page(
        { phase: 'done', outcome: 'passed', findings: [...before, ...atSignIn, ...passed('attributes')], attributes },
        { finishAction: '/' },
      ),
    ),
  'console-connection-test-outdated': (c) =>
    testPage(c, frame, page({ phase: 'done', outcome: 'failed', outdated: true }, { problem: 'changed' })),
  'console-connection-test-returned': (c) =>
    testReturnPage(c, { told: 'returned', organization: 'Sample Seisakusho', href: '/' }),
  'console-connection-test-other-browser': (c) =>
    testReturnPage(c, { told: 'otherBrowser', organization: 'Sample Seisakusho', href: '/' }),
};
