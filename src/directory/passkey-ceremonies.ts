/**
 * The ceremonies of WebAuthn (Level 3, §7): a challenge goes to a browser, an authenticator's answer comes back, and is
 * believed or not.
 *
 * Owns: challenges (random, one use, five minutes, bound to one purpose and one browser or session) and how often one
 * may try. Does not own: the passkeys' rows (`passkeys.ts`), what a proof opens (`signin/`, `console/`). User
 * verification is always required: a passkey is the device and what unlocks it.
 */
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { WebauthnSites } from '../config/sites.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { hashOfToken, randomToken } from '../core/random.ts';
import type { PasskeyRow } from '../database/schema.ts';
import type { Store } from '../store/store.ts';
import type { Act } from '../system-log/events.ts';
import { DirectoryError } from './errors.ts';
import type { NewCredential, Passkey, PasskeyOwner, Passkeys } from './passkeys.ts';

export const challengeLifetime = 5 * 60_000;
const hourMs = 3_600_000;
/** As for codes (SECURITY ID-05). `perSignIn`: answers in one sign-in, or in a row in one session. */
const limits = { perSignIn: 5, perHour: 10 } as const;
/** COSE: ES256, EdDSA, RS256. */
const algorithms = [-7, -8, -257];

/** `sign-in`: whoever has the passkey. The others: this identity. `proof`: once more, within a session (CON-15). */
export type AssertionPurpose = 'sign-in' | 'second-factor' | 'proof';

/** Who is to answer: the challenge is good for nobody and nothing else. */
export interface Ceremony {
  /** What only this browser's sign-in or this session has. */
  binding: string;
  /** Null: whoever has the passkey. */
  identityId: string | null;
}

/** Why a passkey was not believed; for the log, never for the person. */
export type PasskeyRefusal =
  | 'malformed'
  /** Unknown, used, expired, another browser's or another purpose's. */
  | 'challenge'
  | 'unknown_credential'
  | 'other_identity'
  /** Origin, RP ID, user verification, signature. */
  | 'not_verified'
  /** The authenticator's count went back: there is a copy of it. */
  | 'counter';

export type AssertionOutcome =
  | { outcome: 'accepted'; identityId: string; passkeyId: string }
  | { outcome: 'refused'; reason: PasskeyRefusal; identityId?: string }
  | { outcome: 'throttled'; identityId?: string };

interface Challenge extends Ceremony {
  purpose: AssertionPurpose | 'registration';
  /** Of a registration. */
  userHandle?: string;
}

export type PasskeyCeremonies = ReturnType<typeof createPasskeyCeremonies>;

/** `webauthn`: undefined where browsers would refuse; then nothing is begun and nothing believed. */
export function createPasskeyCeremonies(needs: {
  webauthn: WebauthnSites | undefined;
  passkeys: Pick<Passkeys, 'rowsOf' | 'findByCredential' | 'userHandleOf' | 'add' | 'noteUse'>;
  store: Store;
  clock: Clock;
  log: Pick<Log, 'info' | 'warn'>;
}) {
  const { webauthn, passkeys, store, clock, log } = needs;

  async function beginRegistration(
    person: { id: string; email: string; displayName: string },
    binding: string,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { rpId } = requireWebauthn();
    const [rows, userHandle] = [await passkeys.rowsOf(person.id), await passkeys.userHandleOf(person.id)];
    const challenge = await issue({ purpose: 'registration', binding, identityId: person.id, userHandle });
    return {
      rp: { id: rpId, name: 'Sekisho' },
      user: { id: userHandle, name: person.email, displayName: person.displayName },
      challenge,
      pubKeyCredParams: algorithms.map((alg) => ({ alg, type: 'public-key' })),
      timeout: challengeLifetime,
      // An authenticator that has one of these says so instead of making another.
      excludeCredentials: rows.map(descriptorOf),
      // Discoverable, so that it also signs in without an email.
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      attestation: 'none',
    };
  }

  /** Throws `passkey_refused`, `passkey_limit`, `name_invalid`, `not_found`. `answer`: JSON as the browser wrote it. */
  async function register(
    owner: PasskeyOwner,
    binding: string,
    given: { answer: string; name: string },
    act: Act,
  ): Promise<Passkey> {
    const { rpId, origins } = requireWebauthn();
    const { identityId } = owner;
    const response = registrationOf(given.answer);
    const challenge = response && (await take(response.challenge, { purpose: 'registration', binding, identityId }));
    if (!challenge?.userHandle) throw refuseRegistration(identityId, response ? 'challenge' : 'malformed');
    const credential = await verifyRegistration(response!.answer, response!.challenge, rpId, origins.console).catch(
      (error: unknown) => {
        throw refuseRegistration(identityId, 'not_verified', error);
      },
    );
    return passkeys.add(owner, { ...credential, name: given.name, userHandle: challenge.userHandle }, act);
  }

  function refuseRegistration(identityId: string, reason: PasskeyRefusal, error?: unknown): DirectoryError {
    log.info({ identityId, reason, err: error }, 'a passkey was not registered');
    return new DirectoryError('passkey_refused', 'The answer of the authenticator was not accepted');
  }

  async function beginAssertion(
    purpose: AssertionPurpose,
    ceremony: Ceremony,
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const { rpId } = requireWebauthn();
    const { identityId } = ceremony;
    return {
      challenge: await issue({ ...ceremony, purpose }),
      rpId,
      timeout: challengeLifetime,
      userVerification: 'required',
      // Without an identity none is named: the answer is the same whoever asks (ID-02).
      ...(identityId !== null && { allowCredentials: (await passkeys.rowsOf(identityId)).map(descriptorOf) }),
    };
  }

  /** `answer`: JSON as the browser wrote it. */
  async function verifyAssertion(
    purpose: AssertionPurpose,
    ceremony: Ceremony,
    answer: string,
  ): Promise<AssertionOutcome> {
    const { rpId, origins } = requireWebauthn();
    const now = clock.now();
    // Counted before looking, so that answers in parallel count.
    const triesInRow = `passkey-tries:${hashOfToken(`${purpose} ${ceremony.binding}`)}`;
    if ((await store.count(triesInRow, now + hourMs)) > limits.perSignIn) return { outcome: 'throttled' };
    const response = assertionOf(answer);
    if (!response) return refuse('malformed');
    if (!(await take(response.challenge, { purpose, ...ceremony }))) return refuse('challenge');
    const row = await passkeys.findByCredential(response.answer.id);
    if (!row) return refuse('unknown_credential');
    const hourly = `passkey-tries:${row.identity_id}`;
    if ((await store.count(hourly, now + hourMs)) > limits.perHour)
      return { outcome: 'throttled', identityId: row.identity_id };
    const { userHandle } = response.answer.response;
    const isTheirs = userHandle === undefined ? ceremony.identityId !== null : userHandle === row.user_handle;
    if (!isTheirs || (ceremony.identityId !== null && ceremony.identityId !== row.identity_id))
      return refuse('other_identity', row);
    const origin = purpose === 'proof' ? origins.console : origins.accounts;
    const use = await verifyProof(row, response.answer, response.challenge, rpId, origin).catch((error: unknown) => {
      log.info({ passkeyId: row.id, err: error }, 'the proof of a passkey does not hold');
      return undefined;
    });
    if (!use) return refuse('not_verified', row);
    if (!(await passkeys.noteUse(row.id, use))) return refuse('counter', row, use.counter);
    await store.delete(hourly);
    await store.delete(triesInRow);
    return { outcome: 'accepted', identityId: row.identity_id, passkeyId: row.id };
  }

  function refuse(reason: PasskeyRefusal, row?: Selectable<PasskeyRow>, counter?: number): AssertionOutcome {
    const fields = { reason, ...(row && { passkeyId: row.id, identityId: row.identity_id }) };
    if (reason === 'counter')
      log.warn(
        { ...fields, known: row?.counter, counter },
        'the count of a passkey went back: it may have been copied',
      );
    else log.info(fields, 'a passkey was refused');
    return { outcome: 'refused', reason, ...(row && { identityId: row.identity_id }) };
  }

  const challengeKey = (challenge: string) => `passkey-challenge:${hashOfToken(challenge)}`;

  async function issue(about: Challenge): Promise<string> {
    const challenge = randomToken();
    const value: Challenge = { ...about, binding: hashOfToken(about.binding) };
    await store.set(challengeKey(challenge), JSON.stringify(value), clock.now() + challengeLifetime);
    return challenge;
  }

  /** Once, atomically; whoever answers another's challenge uses it up and gets nothing. */
  async function take(challenge: string, expected: Challenge): Promise<Challenge | undefined> {
    const stored = await store.take(challengeKey(challenge));
    if (stored === undefined) return undefined;
    const issued: Challenge = JSON.parse(stored);
    const isSame =
      issued.purpose === expected.purpose &&
      issued.binding === hashOfToken(expected.binding) &&
      issued.identityId === expected.identityId;
    return isSame ? issued : undefined;
  }

  function requireWebauthn(): WebauthnSites {
    if (!webauthn) throw new DirectoryError('passkey_refused', 'Passkeys need a domain name, not an address');
    return webauthn;
  }

  return { isAvailable: webauthn !== undefined, beginRegistration, register, beginAssertion, verifyAssertion };
}

const base64url = (most: number) =>
  z
    .string()
    .regex(/^[\w-]+$/)
    .max(most);
const answerShape = z.object({ id: base64url(1364), rawId: base64url(1364), type: z.literal('public-key') });
/** WebAuthn §5.1.7, `RegistrationResponseJSON`; other members are not looked at. */
const registrationShape = answerShape.extend({
  response: z.object({
    clientDataJSON: base64url(8192),
    attestationObject: base64url(32_768),
    transports: z
      .array(z.string().regex(/^[a-z-]{1,20}$/))
      .max(10)
      .catch([]),
  }),
});
/** `AuthenticationResponseJSON`. */
const assertionShape = answerShape.extend({
  response: z.object({
    clientDataJSON: base64url(8192),
    authenticatorData: base64url(8192),
    signature: base64url(4096),
    userHandle: base64url(128).optional().catch(undefined),
  }),
});
/** §5.8.1. From a frame of another site nobody has business here, whatever the origin. */
const clientDataShape = z.object({ challenge: base64url(128), crossOrigin: z.literal(false).optional() });

const registrationOf = (text: string) => read(text, registrationShape);
const assertionOf = (text: string) => read(text, assertionShape);

/** Undefined: no answer of an authenticator, whatever it is. */
function read<Answer extends { response: { clientDataJSON: string } }>(
  text: string,
  shape: z.ZodType<Answer>,
): { answer: Answer; challenge: string } | undefined {
  try {
    const answer = shape.parse(JSON.parse(text));
    const clientData = Buffer.from(answer.response.clientDataJSON, 'base64url').toString();
    return { answer, challenge: clientDataShape.parse(JSON.parse(clientData)).challenge };
  } catch {
    return undefined;
  }
}

type Registration = z.infer<typeof registrationShape>;
type Assertion = z.infer<typeof assertionShape>;

/** Throws when it does not hold. */
async function verifyRegistration(
  answer: Registration,
  expectedChallenge: string,
  expectedRPID: string,
  expectedOrigin: string,
): Promise<NewCredential> {
  // Only who uses it waits for it to load.
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers');
  const attestation = decodeAttestationObject(
    new Uint8Array(Buffer.from(answer.response.attestationObject, 'base64url')),
  );
  // We ask for none. A statement with certificates of the sender's choice would be parsed and followed for nothing.
  const isSelfMade = attestation.get('fmt') === 'packed' && attestation.get('attStmt').get('x5c') === undefined;
  if (attestation.get('fmt') !== 'none' && !isSelfMade) throw new Error('attestation was not asked for');
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: { ...answer, clientExtensionResults: {} },
    expectedChallenge,
    expectedOrigin,
    expectedRPID,
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  });
  if (!verified) throw new Error('the attestation does not hold');
  const { credential, aaguid, credentialDeviceType, credentialBackedUp } = registrationInfo;
  if (credential.id !== answer.id) throw new Error('the answer names another credential than it holds');
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: answer.response.transports,
    aaguid,
    backupEligible: credentialDeviceType === 'multiDevice',
    backedUp: credentialBackedUp,
  };
}

/** Throws when it does not hold; the count is the caller's to compare. */
async function verifyProof(
  row: Selectable<PasskeyRow>,
  answer: Assertion,
  expectedChallenge: string,
  expectedRPID: string,
  expectedOrigin: string,
): Promise<{ counter: number; backedUp: boolean }> {
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
  const { userHandle, ...response } = answer.response;
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: {
      ...answer,
      response: { ...response, ...(userHandle !== undefined && { userHandle }) },
      clientExtensionResults: {},
    },
    expectedChallenge,
    expectedOrigin,
    expectedRPID,
    requireUserVerification: true,
    // Count 0: the library would compare before it has verified the signature, and not atomically.
    credential: {
      id: row.credential_id,
      publicKey: new Uint8Array(Buffer.from(row.public_key, 'base64url')),
      counter: 0,
    },
  });
  if (!verified) throw new Error('the signature is wrong');
  // WebAuthn §7.2: whether it may be copied never changes.
  if ((authenticationInfo.credentialDeviceType === 'multiDevice') !== (row.backup_eligible === 1))
    throw new Error('backup eligibility has changed');
  return { counter: authenticationInfo.newCounter, backedUp: authenticationInfo.credentialBackedUp };
}

function descriptorOf(row: Selectable<PasskeyRow>) {
  return { id: row.credential_id, type: 'public-key' as const, transports: JSON.parse(row.transports) as string[] };
}
