/**
 * Changing a second factor within a session (SPEC CIT-5): first a proof with the current app, a backup code or a code by
 * email, then the new thing.
 *
 * Owns what is remembered in between, sealed in the store and bound to the session: nothing is durable, and nothing that
 * there was has gone, before the last step. Does not own the change itself (`directory/mfa-changes.ts`).
 */
import type { Sealer } from '../../certs/sealing.ts';
import type { Clock } from '../core/clock.ts';
import { hashOfToken, randomToken } from '../core/random.ts';
import { generateBackupCodes } from '../directory/backup-codes.ts';
import type { CodeOutcome, FactorRequest, Mfa } from '../directory/mfa.ts';
import type { MfaChanges } from '../directory/mfa-changes.ts';
import { normalizePhoneNumber } from '../directory/phone-number.ts';
import { generateTotpKey, stepOfCode } from '../directory/totp.ts';
import type { Store } from '../store/store.ts';
import type { Act } from '../system-log/events.ts';
import type { GivenCode } from './citrix-identity.ts';
import type { EndSessionsOf } from './identity-sessions.ts';

export const changeableFactors = ['app', 'backup-codes', 'phone'] as const;
export type ChangeableFactor = (typeof changeableFactors)[number];

const lifetime = 15 * 60_000;

/** One change, in one session. */
export interface ChangePlace {
  identityId: string;
  sessionUid: string;
  factor: ChangeableFactor;
}

interface Pending {
  /** Not the session's uid: that is known to applications. */
  challengeId: string;
  /** Null: the proof is still to be given. */
  next: { key: string; backupCodes: readonly string[] } | null;
}

export interface FactorChangeOptions {
  store: Store;
  sealer: Sealer;
  clock: Clock;
  mfa: Pick<Mfa, 'verifyCode' | 'sendCode' | 'isCodeWaiting' | 'mayUseMail'>;
  changes: Pick<MfaChanges, 'replaceDevice' | 'replaceBackupCodes' | 'replacePhone'>;
  endSessionsOf: EndSessionsOf;
}

export type FactorChange = ReturnType<typeof createFactorChange>;

export function createFactorChange(options: FactorChangeOptions) {
  const { store, sealer, clock, mfa, changes, endSessionsOf } = options;
  const keyOf = ({ sessionUid, factor, identityId }: ChangePlace) =>
    `factor-change:{${hashOfToken(`${sessionUid} ${identityId} ${factor}`)}}`;
  const seal = (key: string, pending: Pending) => sealer.seal(JSON.stringify(pending), key);

  async function find(place: ChangePlace): Promise<{ pending: Pending; sealed: string } | undefined> {
    const key = keyOf(place);
    const sealed = await store.get(key);
    return sealed === undefined ? undefined : { pending: JSON.parse(sealer.openText(sealed, key)), sealed };
  }

  /** The one that is under way, or a new one that is to be proven first. */
  async function open(place: ChangePlace): Promise<{ pending: Pending; sealed: string }> {
    const found = await find(place);
    if (found) return found;
    const key = keyOf(place);
    await store.add(key, seal(key, { challengeId: randomToken(), next: null }), clock.now() + lifetime);
    const opened = await find(place);
    if (!opened) throw new Error('the change has gone as soon as it was begun');
    return opened;
  }

  const requestOf = (place: ChangePlace, { challengeId }: Pending) => ({
    identityId: place.identityId,
    challengeId,
  });

  /** After `challenge_spent` the change begins anew; the hour's count goes on. */
  async function prove(place: ChangePlace, given: GivenCode): Promise<CodeOutcome> {
    const { pending, sealed } = await open(place);
    if (pending.next) return 'accepted';
    const outcome = await mfa.verifyCode({ ...given, ...requestOf(place, pending) });
    const key = keyOf(place);
    if (outcome === 'challenge_spent') await store.delete(key);
    // Posted twice, the second finds the code used and the proof given.
    if (outcome !== 'accepted') return (await proven(place)) ? 'accepted' : outcome;
    const next = { key: generateTotpKey(), backupCodes: generateBackupCodes() };
    await store.replace(key, sealed, seal(key, { ...pending, next }), clock.now() + lifetime);
    return 'accepted';
  }

  async function sendCode(place: ChangePlace, request: Pick<FactorRequest, 'act' | 'language'>) {
    const { pending } = await open(place);
    return mfa.sendCode({ ...request, ...requestOf(place, pending) }, 'change');
  }

  async function isCodeWaiting(place: ChangePlace): Promise<boolean> {
    return mfa.isCodeWaiting(requestOf(place, (await open(place)).pending));
  }

  const mayUseMail = ({ identityId }: ChangePlace): Promise<boolean> => mfa.mayUseMail(identityId);

  /** What the new app is given, and the new codes; undefined before the proof and after its time. */
  async function proven(place: ChangePlace): Promise<Pending['next'] | undefined> {
    return (await find(place))?.pending.next ?? undefined;
  }

  /** True for the one request that may finish. */
  async function take(place: ChangePlace): Promise<boolean> {
    return (await store.take(keyOf(place))) !== undefined;
  }

  /** `admittedAt`: when the request was, in milliseconds; its session may have been ended since. */
  async function changeApp(
    place: ChangePlace,
    code: string,
    act: Act,
    admittedAt: number,
  ): Promise<'done' | 'wrong' | 'expired'> {
    const next = await proven(place);
    if (!next) return 'expired';
    const step = stepOfCode(next.key, code, clock.now());
    if (step === undefined) return 'wrong';
    if (!(await take(place))) return 'expired';
    const { identityId, sessionUid } = place;
    const at = clock.now();
    const device = { key: next.key, step };
    if (!(await changes.replaceDevice(identityId, device, act, { at, admittedAt }))) return 'expired';
    await endSessionsOf(identityId, { except: sessionUid, since: at });
    return 'done';
  }

  async function changeBackupCodes(place: ChangePlace, act: Act): Promise<'done' | 'expired'> {
    const next = await proven(place);
    if (!next || !(await take(place))) return 'expired';
    await changes.replaceBackupCodes(place.identityId, next.backupCodes, act);
    return 'done';
  }

  async function changePhone(place: ChangePlace, typed: string, act: Act): Promise<'done' | 'wrong' | 'expired'> {
    if (!(await proven(place))) return 'expired';
    const phone = normalizePhoneNumber(typed);
    if (phone === undefined) return 'wrong';
    if (!(await take(place))) return 'expired';
    await changes.replacePhone(place.identityId, phone, act);
    return 'done';
  }

  return { prove, sendCode, isCodeWaiting, mayUseMail, proven, changeApp, changeBackupCodes, changePhone };
}
