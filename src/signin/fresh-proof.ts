/**
 * "It is still I": a proof within a session, before something sensitive is done (SECURITY CON-15; ARCHITECTURE §5, "Two
 * times"). Moves the session's `authTime`, nothing else.
 *
 * Owns: what proves it, and that guessing is as limited as at a sign-in. Does not own: what is sensitive, how it is asked
 * (`console/`, `api/`). Only of the built-in identity; whoever signed in elsewhere signs in there again.
 */
import type { PasswordProvider } from '../../providers/provider.ts';
import type { Clock } from '../core/clock.ts';
import type { Accounts } from '../directory/accounts.ts';
import type { Identities } from '../directory/identities.ts';
import type { Mfa } from '../directory/mfa.ts';
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
  clock: Clock;
}

/** One of them; empty: not given. */
export interface TypedProof {
  password: string;
  /** Of the authenticator app; as typed. */
  code: string;
}

/** `code_wrong` and `password_wrong`: also when the session has ended meanwhile. */
export type ProofOutcome = 'accepted' | 'empty' | 'password_wrong' | 'code_wrong' | 'throttled';

export type FreshProof = ReturnType<typeof createFreshProof>;

export function createFreshProof(options: FreshProofOptions) {
  const { sessions, accounts, identities, provider, throttle, mfa, clock } = options;

  /** What this session's person can prove it with here; elsewhere it is the provider that they signed in with. */
  const isHere = ({ connectionId }: Pick<Session, 'connectionId'>): boolean => connectionId === citrixConnection;

  /** `address`: the client's. A code counts before a password, which a browser may have filled in by itself. */
  async function prove(session: Session, typed: TypedProof, address: string): Promise<ProofOutcome> {
    const account = isHere(session) ? await accounts.find(session.accountId) : undefined;
    const identity = account && (await identities.find(account.subject));
    const code = typed.code.trim();
    if (code === '' && typed.password === '') return 'empty';
    if (!identity) return code === '' ? 'password_wrong' : 'code_wrong';
    const outcome =
      code === ''
        ? await provePassword(identity, typed.password, { address, device: session.uid })
        : await proveCode(session, identity, code, address);
    if (outcome === 'accepted' && !(await sessions.noteProof(session.uid, clock.now()))) {
      return code === '' ? 'password_wrong' : 'code_wrong';
    }
    return outcome;
  }

  async function provePassword(
    identity: { id: string; email: string },
    password: string,
    where: { address: string; device: string },
  ): Promise<ProofOutcome> {
    const counted = { name: identity.email, ...where };
    if (!(await throttle.mayTry(counted)).allowed) return 'throttled';
    const found = await provider.authenticate(identity.email, password);
    if (found?.subject !== identity.id) {
      await throttle.failed(counted);
      return 'password_wrong';
    }
    await throttle.succeeded(counted);
    return 'accepted';
  }

  /** Tries are counted for the session since its last proof, and for the person, with those of sign-ins (ID-05). */
  async function proveCode(
    { uid, authTime, accountId }: Session,
    { id, displayName }: { id: string; displayName: string },
    code: string,
    address: string,
  ): Promise<ProofOutcome> {
    const outcome = await mfa.verifyCode({
      identityId: id,
      method: 'otp',
      code,
      challengeId: `fresh proof ${uid} ${authTime}`,
      act: { actor: { type: 'administrator', id: accountId, name: displayName }, clientAddress: address },
    });
    if (outcome === 'accepted') return outcome;
    return outcome === 'wrong' ? 'code_wrong' : 'throttled';
  }

  return { isHere, prove };
}
