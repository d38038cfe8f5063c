/**
 * "It is still I": a proof within a session, before something sensitive is done (SECURITY CON-15; ARCHITECTURE §5, "Two
 * times"). Moves the session's `authTime`, nothing else.
 *
 * Owns: what proves it, and that guessing is as limited as at a sign-in. Does not own: what is sensitive, how it is asked
 * (`console/`, `api/`). Only of the built-in identity; whoever signed in elsewhere signs in there again.
 */
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import type { PasswordProvider } from '../../providers/provider.ts';
import type { Accounts } from '../directory/accounts.ts';
import type { Identities, Identity } from '../directory/identities.ts';
import type { Mfa } from '../directory/mfa.ts';
import type { PasskeyCeremonies } from '../directory/passkey-ceremonies.ts';
import type { Passkeys } from '../directory/passkeys.ts';
import type { PasswordThrottle } from '../directory/password-throttle.ts';
import type { Session, Sessions } from '../sessions/sessions.ts';
import { citrixConnection } from './citrix-identity.ts';

export interface FreshProofOptions {
  sessions: Pick<Sessions, 'noteProof'>;
  accounts: Pick<Accounts, 'find'>;
  identities: Pick<Identities, 'find'>;
  provider: PasswordProvider;
  throttle: PasswordThrottle;
  mfa: Pick<Mfa, 'verifyCode'>;
  passkeys: Pick<Passkeys, 'has'>;
  ceremonies: Pick<PasskeyCeremonies, 'isAvailable' | 'beginAssertion' | 'verifyAssertion'>;
}

/** One of them; empty: not given. */
export interface TypedProof {
  password: string;
  /** Of the authenticator app; as typed. */
  code: string;
  /** What the authenticator answered, JSON. */
  passkey: string;
}

/** `password_wrong` and the like: also when the session has ended meanwhile. */
export type ProofOutcome = 'accepted' | 'empty' | 'password_wrong' | 'code_wrong' | 'passkey_wrong' | 'throttled';
export type ProofMethod = keyof TypedProof;

/** `retryAfter`: milliseconds, of `throttled`; the longest that it can be. */
export interface Proof {
  outcome: ProofOutcome;
  retryAfter?: number;
}

export interface ProofRequest {
  /** The client's. */
  address: string;
  /**
   * When the request was admitted, before anything was looked up. The proof counts from then: sessions that have been
   * ended meanwhile stay ended (`directory/identity-sessions.ts`).
   */
  at: number;
  /** What is to be done takes more than the password. */
  needsFactor?: boolean;
}

/** Codes and passkeys are counted by the hour (directory/mfa.ts, passkey-ceremonies.ts). */
const factorWindow = 60 * 60_000;

/** Which of them counts: what cannot have been filled in by the browser itself comes first. */
export function methodOf({ passkey, code }: TypedProof): ProofMethod {
  if (passkey !== '') return 'passkey';
  return code.trim() === '' ? 'password' : 'code';
}

export type FreshProof = ReturnType<typeof createFreshProof>;

export function createFreshProof(options: FreshProofOptions) {
  const { sessions, accounts, identities, provider, throttle, mfa, passkeys, ceremonies } = options;

  /** What this session's person can prove it with here; elsewhere it is the provider that they signed in with. */
  const isHere = ({ connectionId }: Pick<Session, 'connectionId'>): boolean => connectionId === citrixConnection;

  async function identityOf(session: Session) {
    const account = isHere(session) ? await accounts.find(session.accountId) : undefined;
    return account && identities.find(account.subject);
  }

  async function prove(
    session: Session,
    typed: TypedProof,
    { address, at, needsFactor }: ProofRequest,
  ): Promise<Proof> {
    const method = methodOf(typed);
    const wrong = { outcome: `${method}_wrong` } as const;
    if (method === 'password' && (needsFactor || typed.password === '')) return { outcome: 'empty' };
    const identity = await identityOf(session);
    const proof = identity ? await check[method](session, identity, typed, address) : wrong;
    const isNoted =
      proof.outcome !== 'accepted' ||
      (await sessions.noteProof(session.uid, at, { withFactor: method !== 'password' }));
    return isNoted ? proof : wrong;
  }

  const check: Record<
    ProofMethod,
    (session: Session, identity: Identity, typed: TypedProof, address: string) => Promise<Proof>
  > = {
    password: ({ uid }, identity, { password }, address) => provePassword(identity, password, { address, device: uid }),
    code: (session, identity, { code }, address) => proveCode(session, identity, code.trim(), address),
    passkey: provePasskey,
  };

  async function provePassword(
    identity: { id: string; email: string },
    password: string,
    where: { address: string; device: string },
  ): Promise<Proof> {
    const counted = { name: identity.email, ...where };
    const may = await throttle.mayTry(counted);
    if (!may.allowed) return { outcome: 'throttled', retryAfter: may.retryAfter };
    const found = await provider.authenticate(identity.email, password);
    if (found?.subject !== identity.id) {
      await throttle.failed(counted);
      return { outcome: 'password_wrong' };
    }
    await throttle.succeeded(counted);
    return { outcome: 'accepted' };
  }

  /** Tries are counted for the session since its last proof, and for the person, with those of sign-ins (ID-05). */
  async function proveCode(
    { uid, authTime, accountId }: Session,
    { id, displayName }: { id: string; displayName: string },
    code: string,
    address: string,
  ): Promise<Proof> {
    const outcome = await mfa.verifyCode({
      identityId: id,
      method: 'otp',
      code,
      challengeId: `fresh proof ${uid} ${authTime}`,
      act: { actor: { type: 'administrator', id: accountId, name: displayName }, clientAddress: address },
    });
    if (outcome === 'accepted') return { outcome };
    return outcome === 'wrong' ? { outcome: 'code_wrong' } : { outcome: 'throttled', retryAfter: factorWindow };
  }

  async function provePasskey({ uid }: Session, { id }: Identity, { passkey }: TypedProof): Promise<Proof> {
    if (!ceremonies.isAvailable) return { outcome: 'passkey_wrong' };
    const { outcome } = await ceremonies.verifyAssertion('proof', { binding: uid, identityId: id }, passkey);
    if (outcome === 'throttled') return { outcome, retryAfter: factorWindow };
    return { outcome: outcome === 'refused' ? 'passkey_wrong' : outcome };
  }

  /** Whether the person has a passkey to prove it with. */
  async function hasPasskey(session: Session): Promise<boolean> {
    const identity = ceremonies.isAvailable ? await identityOf(session) : undefined;
    return identity !== undefined && passkeys.has(identity.id);
  }

  /** What the browser is to ask the authenticator; undefined: there is nobody here to ask. */
  async function beginPasskey(session: Session): Promise<PublicKeyCredentialRequestOptionsJSON | undefined> {
    const identity = ceremonies.isAvailable ? await identityOf(session) : undefined;
    return identity && ceremonies.beginAssertion('proof', { binding: session.uid, identityId: identity.id });
  }

  return { isHere, prove, hasPasskey, beginPasskey };
}
