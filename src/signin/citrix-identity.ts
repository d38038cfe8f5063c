/**
 * The built-in identity's sign-in: password, then code (CIT-1). Until both are right nothing but a step is stored, and
 * a step opens nothing but the next page (SECURITY ID-07).
 */
import type { PasswordProvider, UpstreamIdentity } from '../../providers/provider.ts';
import { requireOfAdministrator } from '../claims/claims.ts';
import { normalise } from '../claims/normalise.ts';
import type { Clock } from '../core/clock.ts';
import { randomToken } from '../core/random.ts';
import type { CodeOutcome, CodeTry, FactorMethod, Mfa } from '../directory/mfa.ts';
import type { PasswordProblem } from '../directory/password-rules.ts';
import type { PasswordThrottle } from '../directory/password-throttle.ts';
import type { NewPassword, Passwords } from '../directory/passwords.ts';
import type { Attempts } from './attempts.ts';
import { type CitrixFacts, type CitrixProgress, type CitrixTask, isStanding, nextTask } from './citrix-progress.ts';
import type { EndSessionsOf } from './identity-sessions.ts';
import type { VerifiedPerson } from './person.ts';

export interface CitrixSignInOptions {
  attempts: Attempts;
  provider: PasswordProvider;
  throttle: PasswordThrottle;
  mfa: Pick<Mfa, 'verifyCode' | 'sendCode' | 'isCodeWaiting' | 'mayUseMail' | 'cameInWithoutMail'>;
  passwords: Pick<Passwords, 'dueOf' | 'noteUse' | 'replace'>;
  endSessionsOf: EndSessionsOf;
  facts: CitrixFacts;
  clock: Clock;
}

export interface PasswordTry {
  interactionUid: string;
  /** Hash of this browser's cookie. */
  browser: string;
  email: string;
  password: string;
  /** The client's address. */
  address: string;
  /** This person has signed in with this browser before (accounts/known-devices.ts). */
  device?: string | undefined;
}

/** What was typed, by whom. */
export type GivenCode = Pick<CodeTry, 'method' | 'code' | 'act' | 'language'>;

/** `throttled`: not even compared. */
export type PasswordAnswer = { outcome: 'accepted' | 'wrong' } | { outcome: 'throttled'; retryAfter: number };

export type CodeAnswer =
  | Exclude<CodeOutcome, 'accepted'>
  /** Go back to the dispatcher. */
  | 'accepted'
  /** The password has to be given again. */
  | 'expired';

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

export function createCitrixSignIn(options: CitrixSignInOptions) {
  const { attempts, provider, throttle, mfa, passwords, endSessionsOf, facts, clock } = options;

  /** `accepted`: the next step is the code. Throws `ProviderError` when the password could not be compared. */
  async function checkPassword(attempt: PasswordTry): Promise<PasswordAnswer> {
    const counted = { name: attempt.email, address: attempt.address, device: attempt.device };
    const may = await throttle.mayTry(counted);
    if (!may.allowed) return { outcome: 'throttled', retryAfter: may.retryAfter };
    // Before comparing: a password that is replaced while it is compared proves nothing.
    const startedAt = clock.now();
    const identity = await provider.authenticate(attempt.email, attempt.password);
    if (!identity) {
      await throttle.failed(counted);
      return { outcome: 'wrong' };
    }
    await throttle.succeeded(counted);
    // Only of a password that is right: of others nobody is asked anything.
    const passwordDue = await passwords.dueOf(identity.subject, attempt.password);
    await begin(attempt, { person: personOf(identity), startedAt, factor: null, passwordDue });
    return { outcome: 'accepted' };
  }

  /** The first proof was right; whatever this browser had begun in this sign-in is forgotten. */
  async function begin(
    { interactionUid, browser }: Pick<PasswordTry, 'interactionUid' | 'browser'>,
    proven: Omit<CitrixProgress, 'challengeId'>,
  ): Promise<void> {
    const progress: CitrixProgress = { ...proven, challengeId: randomToken() };
    await attempts.setStep(interactionUid, browser, { step: 'citrix', progress });
  }

  /** Null: there is no such sign-in in this browser, or it counts no more. */
  async function progressOf(interactionUid: string, browser: string): Promise<CitrixProgress | null> {
    const step = await attempts.findStep(interactionUid, browser);
    if (step?.step !== 'citrix') return null;
    if (await isStanding(step.progress, facts)) return step.progress;
    await attempts.takeStep(interactionUid, browser);
    return null;
  }

  const taskOf = (progress: CitrixProgress): Promise<CitrixTask | undefined> => nextTask(progress, facts);

  /**
   * Goes on from exactly where `from` was; false when another request has done so meanwhile. The challenge is a new one
   * then: what was proven is used up.
   */
  async function advance(
    interactionUid: string,
    browser: string,
    from: CitrixProgress,
    change: Partial<Omit<CitrixProgress, 'challengeId'>>,
  ): Promise<boolean> {
    return attempts.changeStep(interactionUid, browser, (step) =>
      step.step === 'citrix' && step.progress.challengeId === from.challengeId
        ? { step: 'citrix', progress: { ...step.progress, ...change, challengeId: randomToken() } }
        : undefined,
    );
  }

  /** The person, once and only when every task is done; this sign-in is over then. */
  async function complete(interactionUid: string, browser: string): Promise<VerifiedPerson | undefined> {
    const progress = await progressOf(interactionUid, browser);
    if (!progress || (await taskOf(progress)) !== undefined) return undefined;
    const taken = await attempts.takeStep(interactionUid, browser);
    if (taken?.step !== 'citrix' || taken.progress.challengeId !== progress.challengeId) return undefined;
    // Asked once more at the end: the session that opens now would look younger than what has ended it.
    if (!(await isStanding(taken.progress, facts))) return undefined;
    const { person, factor, startedAt } = taken.progress;
    // CIT-3: only now, or whoever knows nothing but the password would keep it in use.
    if (person.amr.includes('pwd')) {
      await passwords.noteUse(person.subject);
      // ID-08. Not after a passkey alone: its owner need not know that somebody has set another password.
      if (factor !== 'email_code') await mfa.cameInWithoutMail(person.subject, startedAt);
    }
    return person;
  }

  async function checkCode(interactionUid: string, browser: string, attempt: GivenCode): Promise<CodeAnswer> {
    const progress = await progressOf(interactionUid, browser);
    if (!progress || (await taskOf(progress)) !== 'code') return 'expired';
    const { challengeId, person } = progress;
    const outcome = await mfa.verifyCode({ ...attempt, identityId: person.subject, challengeId });
    if (outcome !== 'accepted') return outcome;
    // Only now: a wrong code leaves the challenge standing, a right one uses it up.
    const proven = provenBy(attempt.method, person);
    return (await advance(interactionUid, browser, progress, proven)) ? 'accepted' : 'expired';
  }

  /** A code by email for who does not have the authenticator app at hand (CIT-6). */
  async function sendCode(
    interactionUid: string,
    browser: string,
    request: Pick<GivenCode, 'act' | 'language'>,
  ): Promise<'sent' | 'throttled' | 'refused' | 'expired'> {
    const progress = await progressOf(interactionUid, browser);
    if (!progress || (await taskOf(progress)) !== 'code') return 'expired';
    const { challengeId, person } = progress;
    return mfa.sendCode({ ...request, identityId: person.subject, challengeId }, 'recovery');
  }

  /** A code that was sent for the sign-in as it stands still counts. */
  const isCodeWaiting = ({ challengeId, person }: CitrixProgress): Promise<boolean> =>
    mfa.isCodeWaiting({ identityId: person.subject, challengeId });

  const mayUseMail = ({ person }: CitrixProgress): Promise<boolean> => mfa.mayUseMail(person.subject);

  /** The task `new-password`: sets it, ends what the old one opened, and goes on. Throws `too_busy`. */
  async function setNewPassword(
    interactionUid: string,
    browser: string,
    wanted: Pick<NewPassword, 'next' | 'act' | 'language'>,
  ): Promise<{ outcome: 'accepted' | 'expired' } | { outcome: 'refused'; problems: readonly PasswordProblem[] }> {
    const progress = await progressOf(interactionUid, browser);
    if (!progress || (await taskOf(progress)) !== 'new-password') return { outcome: 'expired' };
    const identityId = progress.person.subject;
    const changed = await passwords.replace({ ...wanted, identityId, admittedAt: progress.startedAt });
    if (changed.outcome === 'refused') return changed;
    if (changed.outcome !== 'changed') return { outcome: 'expired' };
    await endSessionsOf(identityId, { since: changed.at });
    // This sign-in is the one that goes on: it counts from the change.
    const isMine = await advance(interactionUid, browser, progress, { passwordDue: null, startedAt: changed.at });
    return { outcome: isMine ? 'accepted' : 'expired' };
  }

  return {
    setNewPassword,
    checkPassword,
    begin,
    checkCode,
    sendCode,
    isCodeWaiting,
    mayUseMail,
    progressOf,
    taskOf,
    advance,
    complete,
  };
}

/** RFC 8176. A code by email is one more channel (`mca`); who came without the app is asked whether to enrol another. */
function provenBy(
  method: FactorMethod,
  person: VerifiedPerson,
): Pick<CitrixProgress, 'person' | 'factor' | 'newDevice'> {
  const amr = method === 'email_code' ? ['pwd', 'otp', 'mca', 'mfa'] : ['pwd', 'otp', 'mfa'];
  return { person: { ...person, amr }, factor: method, newDevice: method === 'otp' ? undefined : 'offered' };
}

/** Somebody whom the built-in provider has vouched for. */
export function personOf({ raw, subject, methods }: UpstreamIdentity): VerifiedPerson {
  const judged = normalise(raw, requireOfAdministrator(attributes));
  if (!judged.ok) throw new Error('an identity of our own lacks its email');
  return {
    connectionId: citrixConnection,
    idp: citrixConnection,
    subject,
    claims: judged.claims,
    amr: methods,
    acr: null,
    notOnOrAfter: null,
    signOut: null,
  };
}
