import { describe, expect, it } from 'vitest';
import { providerErrorCodes } from '../../../providers/errors.ts';
import {
  checkLabels,
  checkOf,
  checks,
  checksAtSignIn,
  checksBefore,
  passedBefore,
  protocolOf,
} from '../../../src/signin/checks.ts';

describe('The checks of a sign-in', () => {
  it('each have a name of their own in both languages', () => {
    for (const language of ['en', 'ja'] as const) {
      expect(new Set(checks.map((check) => checkLabels[check][language])).size).toBe(checks.length);
    }
  });

  it('each belong to at least one protocol, and stand there once', () => {
    const lists: readonly (readonly string[])[] = [...Object.values(checksBefore), ...Object.values(checksAtSignIn)];
    expect(new Set(lists.flat())).toEqual(new Set(checks));
    for (const list of lists) expect(new Set(list).size).toBe(list.length);
  });

  it.each(providerErrorCodes)('%s belongs to one', (code) => {
    expect(checks).toContain(checkOf({ code }));
  });

  it('an answer that is none belongs to the endpoint that gave it', () => {
    const of = (where: string) => checkOf({ code: 'upstream_answer_invalid', detail: { where } });
    expect([of('jwks_uri'), of('token_endpoint'), of('userinfo_endpoint')]).toEqual(['keys', 'token', 'userinfo']);
    expect(of('https://login.example/.well-known/openid-configuration')).toBe('document');
    expect([of('sign-on address'), of('constructor')]).toEqual(['reachable', 'reachable']);
  });

  it('what stands before a failure has passed, and nothing after it', () => {
    expect(passedBefore('saml', 'recipient')).toEqual([
      'returned',
      'response',
      'status',
      'encryption',
      'signature',
      'certificate',
    ]);
    expect(passedBefore('oidc', 'returned')).toEqual([]);
  });

  it('a failure at no fixed moment of the sign-in vouches for nothing', () => {
    expect(passedBefore('oidc', 'tls')).toEqual([]);
  });
});

it('A kind follows the list of its protocol', () => {
  expect([protocolOf('saml'), protocolOf('okta'), protocolOf('azure-ad'), protocolOf('gateway')]).toEqual([
    'saml',
    'oidc',
    'oidc',
    'oidc',
  ]);
});
