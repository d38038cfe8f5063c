import { describe, expect, it } from 'vitest';
import { craft, craftSigned, now, read, refusal, signCrafted } from '../support/upstreams/saml/crafted.ts';

const minute = 60_000;
const skew = 2 * minute;

describe('SAML-35, times', () => {
  const confirmed = (notOnOrAfter: number | null, notBefore: number | null = null) =>
    craftSigned((facts) => ({ confirmation: { ...facts.confirmation!, notOnOrAfter, notBefore } }));
  const conditioned = (notBefore: number | null, notOnOrAfter: number | null) =>
    craftSigned((facts) => ({ conditions: { ...facts.conditions!, notBefore, notOnOrAfter } }));
  const authenticated = (instant: number | null, sessionNotOnOrAfter: number | null = null) =>
    craftSigned((facts) => ({ authentication: { ...facts.authentication!, instant, sessionNotOnOrAfter } }));

  it('ends with NotOnOrAfter of the confirmation, to the millisecond of the skew', () => {
    expect(refusal(confirmed(now - skew))).toMatchObject({ code: 'saml_expired' });
    expect(refusal(confirmed(now - skew + 1))).toHaveProperty('accepted');
    expect(refusal(confirmed(null))).toMatchObject({ code: 'saml_confirmation_missing' });
  });
  it('refuses a bearer confirmation with NotBefore', () => {
    expect(refusal(confirmed(now + minute, now - minute))).toMatchObject({ code: 'saml_confirmation_missing' });
  });
  it('keeps to the Conditions', () => {
    expect(refusal(conditioned(null, now - skew))).toMatchObject({ code: 'saml_expired' });
    expect(refusal(conditioned(null, now - skew + 1))).toHaveProperty('accepted');
    expect(refusal(conditioned(now + skew + 1, now + 10 * minute))).toMatchObject({ code: 'saml_not_yet_valid' });
    expect(refusal(conditioned(now + skew, now + 10 * minute))).toHaveProperty('accepted');
    expect(refusal(conditioned(null, null))).toMatchObject({ code: 'saml_conditions_missing' });
  });
  it('refuses an assertion older than ten minutes, whatever it says about its end', () => {
    const year9999 = Date.UTC(9999, 11, 31);
    const old = (issuedAt: number) =>
      craftSigned((facts) => ({
        issuedAt,
        confirmation: { ...facts.confirmation!, notOnOrAfter: year9999 },
        conditions: { ...facts.conditions!, notOnOrAfter: year9999 },
      }));
    expect(refusal(old(now - 10 * minute - 1))).toMatchObject({ code: 'saml_too_old' });
    expect(refusal(old(now - 10 * minute))).toHaveProperty('accepted');
    expect(refusal(old(now + skew + 1))).toMatchObject({ code: 'saml_not_yet_valid' });
  });
  it('refuses a sign-in in the future and a session that is over', () => {
    expect(refusal(authenticated(now + skew + 1))).toMatchObject({ code: 'saml_not_yet_valid' });
    expect(refusal(authenticated(now, now - skew))).toMatchObject({ code: 'saml_expired' });
    expect(read(authenticated(now, now + minute)).authentication.sessionNotOnOrAfter).toBe(now + minute);
  });
  it('wants a new sign-in where one was asked for', () => {
    const forced = { forceAuthentication: true, requestedAt: now - minute };
    expect(refusal(authenticated(now - minute - skew - 1), forced)).toMatchObject({ code: 'reauthentication_missing' });
    expect(refusal(authenticated(now - minute - skew), forced)).toHaveProperty('accepted');
    expect(refusal(authenticated(now - 8 * 60 * minute))).toHaveProperty('accepted');
  });
  it.each(['2026-11-20T09:00:00', '2026-11-20', 'soon', '', '2026-13-45T09:00:00Z', '1763629200'])(
    'refuses the time "%s" wherever one stands',
    (text) => {
      for (const name of ['IssueInstant', 'NotBefore', 'NotOnOrAfter', 'AuthnInstant']) {
        const xml = signCrafted(craft().replaceAll(new RegExp(` ${name}="[^"]*"`, 'g'), ` ${name}="${text}"`));
        expect(refusal(xml), name).toMatchObject({ code: 'saml_malformed' });
      }
    },
  );
});
