/**
 * The built-in identity's sign-in: password, then code (CIT-1). Until both are right nothing but a step is stored, and
 * a step opens nothing but the next page (SECURITY ID-07).
 */
import type { PasswordProvider } from '../../providers/provider.ts';
import { requireOfAdministrator } from '../claims/claims.ts';
import { normalise } from '../claims/normalise.ts';
import { randomToken } from '../core/random.ts';
import type { CodeOutcome, Mfa } from '../directory/mfa.ts';
import type { PasswordThrottle } from '../directory/password-throttle.ts';
import type { Attempts } from './attempts.ts';
import type { VerifiedPerson } from './person.ts';

export interface CitrixSignInOptions {
  attempts: Attempts;
  provider: PasswordProvider;
  throttle: PasswordThrottle;
  mfa: Pick<Mfa, 'verifyCode'>;
}

export interface PasswordTry {
  interactionUid: string;
  /** Hash of this browser's cookie. */
  browser: string;
  email: string;
  password: string;
  /** The client's address. */
  address: string;
}

export type CodeAnswer =
  | { outcome: 'verified'; person: VerifiedPerson }
  | { outcome: Exclude<CodeOutcome, 'accepted'> }
  /** The password has to be given again. */
  | { outcome: 'expired' };

export const citrixConnection = 'citrix';
const attributes = {
  sid: 'cip_sid',
  upn: 'cip_upn',
  oid: 'cip_oid',
  email: 'email',
  displayName: 'display_name',
  givenName: 'given_name',
  familyName: 'family_name',
  groups: 'groups',
} as const;

export type CitrixSignIn = ReturnType<typeof createCitrixSignIn>;

export function createCitrixSignIn({ attempts, provider, throttle, mfa }: CitrixSignInOptions) {
  /** `accepted`: the next step is the code. Throws `ProviderError` when the password could not be compared. */
  async function checkPassword(attempt: PasswordTry): Promise<'accepted' | 'wrong' | 'throttled'> {
    const counted = { name: attempt.email, address: attempt.address };
    if (!(await throttle.mayTry(counted))) return 'throttled';
    const identity = await provider.authenticate(attempt.email, attempt.password);
    if (!identity) {
      await throttle.failed(counted);
      return 'wrong';
    }
    await throttle.succeeded(counted);
    const judged = normalise(identity.raw, requireOfAdministrator(attributes));
    if (!judged.ok) throw new Error('an identity of our own lacks its email');
    const person: VerifiedPerson = {
      connectionId: citrixConnection,
      idp: citrixConnection,
      subject: identity.subject,
      claims: judged.claims,
      amr: ['pwd'],
      acr: null,
      notOnOrAfter: null,
      signOut: null,
    };
    await attempts.setStep(attempt.interactionUid, attempt.browser, {
      step: 'code',
      challengeId: randomToken(),
      person,
    });
    return 'accepted';
  }

  async function checkCode(interactionUid: string, browser: string, code: string): Promise<CodeAnswer> {
    const step = await attempts.findStep(interactionUid, browser);
    if (step?.step !== 'code') return { outcome: 'expired' };
    const { challengeId, person } = step;
    const outcome = await mfa.verifyCode({ identityId: person.subject, code, challengeId });
    if (outcome !== 'accepted') return { outcome };
    // Taken only now: a wrong code leaves the step standing, a right one uses it up.
    const taken = await attempts.takeStep(interactionUid, browser);
    if (taken?.step !== 'code' || taken.challengeId !== challengeId) return { outcome: 'expired' };
    // RFC 8176.
    return { outcome: 'verified', person: { ...person, amr: ['pwd', 'otp', 'mfa'] } };
  }

  return { checkPassword, checkCode };
}
