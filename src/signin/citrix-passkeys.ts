/**
 * Signing in with a passkey of the built-in identity (SPEC CIT-4): instead of password and code, or instead of the code
 * after the password.
 *
 * Owns: what such a proof is worth. Does not own: challenges and their limits (`directory/passkey-ceremonies.ts`), what is
 * still to be done afterwards (`citrix-progress.ts`). A sign-in without a password says nothing about the password: what
 * CIT-3 demands of it is demanded when it is next used.
 */
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import { upstreamIdentityOf } from '../../providers/citrix/citrix.ts';
import type { Clock } from '../core/clock.ts';
import type { Identities } from '../directory/identities.ts';
import type { AssertionOutcome, PasskeyCeremonies } from '../directory/passkey-ceremonies.ts';
import type { Passkeys } from '../directory/passkeys.ts';
import { type CitrixSignIn, personOf } from './citrix-identity.ts';

/** RFC 8176; SPEC CIT-4. Also of a passkey that is copied between devices: it is the device that is unlocked. */
const methods = ['hwk', 'user', 'mfa'];

/** The sign-in that a request belongs to. */
export interface Place {
  interactionUid: string;
  /** Hash of this browser's cookie. */
  browser: string;
}

export type PasskeyAnswer =
  | { outcome: 'accepted' }
  /** There is no such sign-in any more, or it asks for something else. */
  | { outcome: 'expired' }
  /** `identityId`: whose passkey it was, where it is one of ours; for the log, never for the person. */
  | Exclude<AssertionOutcome, { outcome: 'accepted' }>;

export interface CitrixPasskeysOptions {
  citrix: Pick<CitrixSignIn, 'begin' | 'progressOf' | 'taskOf' | 'advance'>;
  ceremonies: Pick<PasskeyCeremonies, 'isAvailable' | 'beginAssertion' | 'verifyAssertion'>;
  passkeys: Pick<Passkeys, 'has'>;
  identities: Pick<Identities, 'find'>;
  clock: Clock;
}

export type CitrixPasskeys = ReturnType<typeof createCitrixPasskeys>;

export function createCitrixPasskeys(options: CitrixPasskeysOptions) {
  const { citrix, ceremonies, passkeys, identities, clock } = options;
  const bindingOf = ({ interactionUid, browser }: Place): string => `${interactionUid} ${browser}`;

  /** The same for everybody: nobody has said yet who they are. */
  const beginSignIn = (place: Place): Promise<PublicKeyCredentialRequestOptionsJSON> =>
    ceremonies.beginAssertion('sign-in', { binding: bindingOf(place), identityId: null });

  async function signIn(place: Place, answer: string): Promise<PasskeyAnswer> {
    const startedAt = clock.now();
    const ceremony = { binding: bindingOf(place), identityId: null };
    const proven = await ceremonies.verifyAssertion('sign-in', ceremony, answer);
    if (proven.outcome !== 'accepted') return proven;
    const identity = await identities.find(proven.identityId);
    if (!identity) return { outcome: 'expired' };
    const person = personOf(upstreamIdentityOf(identity, methods, startedAt));
    await citrix.begin(place, { person, startedAt, factor: 'passkey', passwordDue: null });
    return { outcome: 'accepted' };
  }

  /** Whose second factor is asked for here; undefined: it is not, or this sign-in is over. */
  async function awaited({ interactionUid, browser }: Place) {
    const progress = await citrix.progressOf(interactionUid, browser);
    return progress && (await citrix.taskOf(progress)) === 'code' ? progress : undefined;
  }

  /** Whether the code's page offers a passkey. Asked only about somebody whose password was right. */
  async function isOffered(identityId: string): Promise<boolean> {
    return ceremonies.isAvailable && passkeys.has(identityId);
  }

  async function beginSecondFactor(place: Place): Promise<PublicKeyCredentialRequestOptionsJSON | undefined> {
    const progress = await awaited(place);
    if (!progress) return undefined;
    const identityId = progress.person.subject;
    return ceremonies.beginAssertion('second-factor', { binding: bindingOf(place), identityId });
  }

  async function proveSecondFactor(place: Place, answer: string): Promise<PasskeyAnswer> {
    const progress = await awaited(place);
    if (!progress) return { outcome: 'expired' };
    const { person } = progress;
    const ceremony = { binding: bindingOf(place), identityId: person.subject };
    const proven = await ceremonies.verifyAssertion('second-factor', ceremony, answer);
    if (proven.outcome !== 'accepted') return proven;
    const change = { person: { ...person, amr: ['pwd', ...methods] }, factor: 'passkey' as const };
    const isMine = await citrix.advance(place.interactionUid, place.browser, progress, change);
    return { outcome: isMine ? 'accepted' : 'expired' };
  }

  return {
    isAvailable: ceremonies.isAvailable,
    beginSignIn,
    signIn,
    isOffered,
    beginSecondFactor,
    proveSecondFactor,
  };
}
