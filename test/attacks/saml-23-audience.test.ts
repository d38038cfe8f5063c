import { describe, expect, it } from 'vitest';
import { craftSigned, ground, refusal } from '../support/upstreams/saml/crafted.ts';

describe('SAML-23, audience', () => {
  const withAudiences = (...audiences: string[][]) =>
    craftSigned((facts) => ({ conditions: { ...facts.conditions!, audiences } }));
  const us = ground.spEntityId;
  const refused = { code: 'saml_audience_mismatch' };

  it('refuses an assertion for somebody else', () => {
    expect(refusal(withAudiences(['https://other.test']))).toMatchObject({
      ...refused,
      detail: { expected: us, received: 'https://other.test' },
    });
  });
  it('refuses one without audience', () => {
    expect(refusal(withAudiences())).toMatchObject(refused);
    expect(refusal(withAudiences([]))).toMatchObject(refused);
  });
  it('wants to be named by every restriction', () => {
    expect(refusal(withAudiences([us], ['https://other.test']))).toMatchObject(refused);
    expect(refusal(withAudiences(['https://other.test'], [us]))).toMatchObject(refused);
    expect(refusal(withAudiences(['https://other.test', us], [us]))).toHaveProperty('accepted');
  });
  it('compares exactly', () => {
    for (const near of [`${us}/`, us.toUpperCase(), `${us}.evil.test`, us.slice(0, -1)]) {
      expect(refusal(withAudiences([near])), near).toMatchObject(refused);
    }
  });
});
