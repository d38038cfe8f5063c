import { describe, expect, it } from 'vitest';
import { craft, craftSigned, type FactsChange, refusal, signCrafted } from '../support/upstreams/saml/crafted.ts';

describe('SAML-36, missing and foreign parts', () => {
  const cases: [string, FactsChange, string][] = [
    ['without Subject', { nameId: null, confirmation: null }, 'saml_subject_missing'],
    ['without NameID', { nameId: null }, 'saml_subject_missing'],
    ['with an empty NameID', { nameId: { value: ' ' } }, 'saml_subject_missing'],
    ['with a NameID of 257 characters', { nameId: { value: 'x'.repeat(257) } }, 'saml_subject_missing'],
    ['with a line break in its NameID', { nameId: { value: 'a\nb' } }, 'saml_subject_missing'],
    ['without confirmation', { confirmation: null }, 'saml_confirmation_missing'],
    [
      'confirmed as holder of key',
      (facts) => ({ confirmation: { ...facts.confirmation!, method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' } }),
      'saml_confirmation_missing',
    ],
    [
      'confirmed as sender vouches',
      (facts) => ({
        confirmation: { ...facts.confirmation!, method: 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches' },
      }),
      'saml_confirmation_missing',
    ],
    ['without Conditions', { conditions: null }, 'saml_conditions_missing'],
    ['without AuthnStatement', { authentication: null }, 'saml_statement_missing'],
    [
      'without AuthnInstant',
      (facts) => ({ authentication: { ...facts.authentication!, instant: null } }),
      'saml_statement_missing',
    ],
    ['of version 1.1', { version: '1.1' }, 'saml_version_refused'],
    [
      'with a second Subject',
      { extraInAssertion: '<saml:Subject><saml:NameID>x</saml:NameID></saml:Subject>' },
      'saml_subject_missing',
    ],
    ['with second Conditions', { extraInAssertion: '<saml:Conditions/>' }, 'saml_conditions_missing'],
    ['with a second AuthnStatement', { extraInAssertion: '<saml:AuthnStatement/>' }, 'saml_statement_missing'],
    [
      'with a condition that we do not understand',
      (facts) => ({ conditions: { ...facts.conditions!, extra: '<x:Only xmlns:x="urn:x"/>' } }),
      'saml_condition_unknown',
    ],
    [
      'with an extension condition',
      (facts) => ({ conditions: { ...facts.conditions!, extra: '<saml:Condition/>' } }),
      'saml_condition_unknown',
    ],
  ];
  it.each(cases)('refuses an assertion %s', (_, change, code) => {
    expect(refusal(craftSigned(change))).toMatchObject({ code });
  });

  it('understands OneTimeUse and ProxyRestriction', () => {
    const xml = craftSigned((facts) => ({
      conditions: { ...facts.conditions!, extra: '<saml:OneTimeUse/><saml:ProxyRestriction Count="0"/>' },
    }));
    expect(refusal(xml)).toHaveProperty('accepted');
  });

  it('needs one valid bearer confirmation, whatever stands beside it', () => {
    const other = '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"/>';
    const stale = '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"/>';
    const beside = (extra: string) =>
      craft().replace('<saml:SubjectConfirmation ', `${extra}<saml:SubjectConfirmation `);
    expect(refusal(signCrafted(beside(other)))).toHaveProperty('accepted');
    expect(refusal(signCrafted(beside(stale)))).toHaveProperty('accepted');
    const alone = craft().replace(/<saml:SubjectConfirmation [\s\S]*<\/saml:SubjectConfirmation>/, stale);
    expect(refusal(signCrafted(alone))).toMatchObject({ code: 'saml_confirmation_missing' });
  });

  it('enforces an exact authentication context and not a minimum', () => {
    const wanted = 'urn:oasis:names:tc:SAML:2.0:ac:classes:Smartcard';
    const exact = { context: { class: wanted, comparison: 'exact' } } as const;
    expect(refusal(craftSigned(), exact)).toMatchObject({
      code: 'saml_context_mismatch',
      detail: { expected: wanted },
    });
    expect(refusal(craftSigned(), { context: { class: wanted, comparison: 'minimum' } })).toHaveProperty('accepted');
    const smart = craftSigned((facts) => ({ authentication: { ...facts.authentication!, contextClass: wanted } }));
    expect(refusal(smart, exact)).toHaveProperty('accepted');
  });
});
