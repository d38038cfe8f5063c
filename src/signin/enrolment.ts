/**
 * Enrolling the second factor during a sign-in (SPEC CIT-4): proof, authenticator app, recovery phone, backup codes,
 * finish; and another app for somebody who came in without theirs (CIT-5).
 *
 * Owns the order, and that nothing is durable before the end: what has been gathered travels in the sealed step. Every
 * function answers `expired` when this browser has no sign-in whose task is this one; the dispatcher then says what is.
 */
import type { PasswordProvider } from '../../providers/provider.ts';
import type { Clock } from '../core/clock.ts';
import { generateBackupCodes } from '../directory/backup-codes.ts';
import type { CodeOutcome, FactorRequest, Mfa } from '../directory/mfa.ts';
import type { MfaChanges } from '../directory/mfa-changes.ts';
import type { PasswordThrottle } from '../directory/password-throttle.ts';
import { normalizePhoneNumber } from '../directory/phone-number.ts';
import { generateTotpKey, stepOfCode } from '../directory/totp.ts';
import type { Act } from '../system-log/events.ts';
import type { CitrixSignIn } from './citrix-identity.ts';
import type { CitrixProgress, PendingEnrolment } from './citrix-progress.ts';
import type { EndSessionsOf } from './identity-sessions.ts';

/** `offer`: shall there be another app? Only after a sign-in without one. */
export const enrolmentSteps = ['offer', 'proof', 'app', 'phone', 'codes', 'finish'] as const;
export type EnrolmentStep = (typeof enrolmentSteps)[number];

/** The sign-in that a request belongs to. */
export interface Place {
  interactionUid: string;
  /** Hash of this browser's cookie. */
  browser: string;
}

/** The step that is to be done next. */
export function stepOf({ enrolment, newDevice }: CitrixProgress): EnrolmentStep {
  if (newDevice === 'offered') return 'offer';
  if (!enrolment) return 'proof';
  if (enrolment.step === null) return 'app';
  if (enrolment.phone === null) return 'phone';
  return enrolment.saved ? 'finish' : 'codes';
}

/** Whether a page may be shown: the next one, or one that is done and can be looked at again. */
export function isReached(progress: CitrixProgress, step: EnrolmentStep): boolean {
  const next = stepOf(progress);
  if (step === next) return true;
  // Who has begun to connect another app may still leave it.
  if (step === 'offer') return progress.newDevice !== undefined;
  const canBeSeenAgain = step === 'app' || step === 'phone' || step === 'codes';
  return canBeSeenAgain && enrolmentSteps.indexOf(step) < enrolmentSteps.indexOf(next);
}

export interface EnrolmentOptions {
  citrix: Pick<CitrixSignIn, 'progressOf' | 'taskOf' | 'advance'>;
  provider: PasswordProvider;
  throttle: PasswordThrottle;
  mfa: Pick<Mfa, 'sendCode' | 'verifyFirstCode' | 'isCodeWaiting'>;
  changes: Pick<MfaChanges, 'enrol' | 'replaceDevice'>;
  endSessionsOf: EndSessionsOf;
  clock: Clock;
}

export type EnrolmentAnswer = 'accepted' | 'expired';

export type Enrolment = ReturnType<typeof createEnrolment>;

export function createEnrolment({ citrix, provider, throttle, mfa, changes, endSessionsOf, clock }: EnrolmentOptions) {
  /** Null: it is not the task. */
  async function progressAt({ interactionUid, browser }: Place): Promise<CitrixProgress | null> {
    const progress = await citrix.progressOf(interactionUid, browser);
    return progress && (await citrix.taskOf(progress)) === 'enrol' ? progress : null;
  }

  /** With the progress when `step` is reached; `expired` otherwise, and when another request was faster. */
  async function at<Answer>(
    place: Place,
    step: EnrolmentStep,
    work: (
      progress: CitrixProgress,
      advance: (change: Partial<CitrixProgress>) => Promise<EnrolmentAnswer>,
    ) => Promise<Answer>,
  ): Promise<Answer | 'expired'> {
    const progress = await progressAt(place);
    if (!progress || !isReached(progress, step)) return 'expired';
    return work(progress, async (change) =>
      (await citrix.advance(place.interactionUid, place.browser, progress, change)) ? 'accepted' : 'expired',
    );
  }

  /** The first code by email (CIT-4, step 1). */
  function sendCode(place: Place, request: Pick<FactorRequest, 'act' | 'language'>) {
    return at(place, 'proof', ({ person, challengeId }) =>
      mfa.sendCode({ ...request, identityId: person.subject, challengeId }, 'enrolment'),
    );
  }

  function isCodeWaiting({ person, challengeId }: CitrixProgress): Promise<boolean> {
    return mfa.isCodeWaiting({ identityId: person.subject, challengeId });
  }

  /**
   * Step 1: the code that was sent, and the password once more. The password is compared first, so that a wrong one does
   * not use up the code. Throws `ProviderError` when the password could not be compared.
   */
  function prove(
    place: Place,
    given: { code: string; password: string } & Pick<FactorRequest, 'act' | 'language'>,
  ): Promise<Exclude<CodeOutcome, 'accepted'> | EnrolmentAnswer | 'wrong_password'> {
    return at(place, 'proof', async ({ person, challengeId }, advance) => {
      const { code, password, act } = given;
      const email = person.claims.cip_email ?? '';
      const counted = { name: email, address: act.clientAddress ?? '' };
      if (!(await throttle.mayTry(counted)).allowed) return 'throttled';
      const identity = await provider.authenticate(email, password);
      if (identity?.subject !== person.subject) {
        await throttle.failed(counted);
        return 'wrong_password';
      }
      await throttle.succeeded(counted);
      const outcome = await mfa.verifyFirstCode({ ...given, code, identityId: person.subject, challengeId });
      return outcome === 'accepted' ? advance({ enrolment: newEnrolment() }) : outcome;
    });
  }

  /** Steps 2 and 3: the app shows a code of the new key. */
  function confirmApp(place: Place, code: string, act: Act): Promise<EnrolmentAnswer | 'wrong'> {
    return at(place, 'app', async ({ person, enrolment, newDevice, startedAt }, advance) => {
      if (!enrolment) return 'expired';
      const step = stepOfCode(enrolment.key, code, clock.now());
      if (step === undefined) return 'wrong';
      if (newDevice !== 'chosen') return advance({ enrolment: { ...enrolment, step } });
      // Another app only: phone and backup codes stay what they are.
      const at = clock.now();
      const times = { at, admittedAt: startedAt };
      if (!(await changes.replaceDevice(person.subject, { key: enrolment.key, step }, act, times))) return 'expired';
      await endSessionsOf(person.subject, { since: at });
      // Only now: this sign-in is the one that goes on, and counts from the change.
      return advance({ enrolment: undefined, newDevice: undefined, startedAt: at });
    });
  }

  /** Step 4. */
  function setPhone(place: Place, typed: string): Promise<EnrolmentAnswer | 'wrong'> {
    return at(place, 'phone', async ({ enrolment }, advance) => {
      if (!enrolment) return 'expired';
      const phone = normalizePhoneNumber(typed);
      return phone === undefined ? 'wrong' : advance({ enrolment: { ...enrolment, phone } });
    });
  }

  /** Step 5: "I've saved these codes". */
  function confirmSaved(place: Place): Promise<EnrolmentAnswer> {
    return at(place, 'codes', async ({ enrolment }, advance) =>
      enrolment ? advance({ enrolment: { ...enrolment, saved: true } }) : 'expired',
    );
  }

  /** Step 6: now it counts, and the factor is proven for this sign-in. */
  function finish(place: Place, act: Act): Promise<EnrolmentAnswer> {
    return at(place, 'finish', async ({ person, enrolment }, advance) => {
      if (!enrolment || enrolment.step === null || enrolment.phone === null) return 'expired';
      const { key, step, phone, backupCodes } = enrolment;
      // `expired`, when another enrolment of this identity was faster: then the code of that device is asked for.
      const enrolled = await changes.enrol(person.subject, { device: { key, step }, backupCodes, phone }, act);
      if (!enrolled) return 'expired';
      return advance({ person: { ...person, amr: ['pwd', 'otp', 'mfa'] }, factor: 'otp', enrolment: undefined });
    });
  }

  /** After a sign-in without the app: enrol another one now, or leave it. */
  function answerOffer(place: Place, wanted: boolean): Promise<EnrolmentAnswer> {
    return at(place, 'offer', (_progress, advance) =>
      advance(
        wanted ? { newDevice: 'chosen', enrolment: newEnrolment() } : { newDevice: undefined, enrolment: undefined },
      ),
    );
  }

  return {
    progressAt,
    sendCode,
    isCodeWaiting,
    prove,
    confirmApp,
    setPhone,
    confirmSaved,
    finish,
    answerOffer,
  };
}

function newEnrolment(): PendingEnrolment {
  return { key: generateTotpKey(), step: null, phone: null, backupCodes: generateBackupCodes(), saved: false };
}
