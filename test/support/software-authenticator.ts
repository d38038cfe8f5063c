/**
 * An authenticator in software, as a test or an attacker has one: ES256, discoverable credentials, and every part of
 * its answers can be bent. It signs for whatever origin it is told, which no browser would let it do.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

export interface CreationOptions {
  rp: { id?: string };
  user: { id: string };
  challenge: string;
}
export interface RequestOptions {
  rpId?: string;
  challenge: string;
  allowCredentials?: { id: string }[];
}

/** What is different from an honest answer. */
export interface Bend {
  origin?: string;
  rpId?: string;
  challenge?: string;
  /** `webauthn.get` or `webauthn.create`. */
  type?: string;
  userVerified?: boolean;
  userPresent?: boolean;
  /** Instead of going up by one. */
  counter?: number;
  userHandle?: string | undefined;
  backupEligible?: boolean;
  crossOrigin?: boolean;
  /** Another key signs. */
  key?: KeyObject;
  /** Named as the credential. */
  credentialId?: string;
}

export interface SoftwareCredential {
  id: string;
  rpId: string;
  userHandle: string;
  key: KeyObject;
  counter: number;
}

const flagBits = { userPresent: 1, userVerified: 4, backupEligible: 8, backedUp: 16, attested: 64 } as const;

/** `counts`: false for one that keeps no count, as those that sync their keys. */
export function createSoftwareAuthenticator({ origin, counts = true }: { origin: string; counts?: boolean }) {
  const credentials: SoftwareCredential[] = [];

  /** `navigator.credentials.create` and `toJSON`, as text. */
  function create(options: CreationOptions, bend: Bend = {}): string {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const id = randomBytes(32);
    const rpId = bend.rpId ?? options.rp.id ?? new URL(origin).hostname;
    const credential = {
      id: id.toString('base64url'),
      rpId,
      userHandle: options.user.id,
      key: privateKey,
      counter: counts ? 1 : 0,
    };
    credentials.push(credential);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const attested = Buffer.concat([Buffer.alloc(16), length, id, coseKeyOf(publicKey)]);
    const authData = new Uint8Array(
      Buffer.concat([authenticatorData(rpId, credential.counter, bend, flagBits.attested), attested]),
    );
    const attestation = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ]);
    return JSON.stringify({
      id: bend.credentialId ?? credential.id,
      rawId: bend.credentialId ?? credential.id,
      type: 'public-key',
      response: {
        clientDataJSON: clientData('webauthn.create', options.challenge, bend).toString('base64url'),
        attestationObject: Buffer.from(isoCBOR.encode(attestation as never)).toString('base64url'),
        transports: ['internal'],
      },
      clientExtensionResults: {},
    });
  }

  /** `navigator.credentials.get` and `toJSON`, as text. Throws when it has no credential that fits. */
  function get(options: RequestOptions, bend: Bend = {}): string {
    const allowed = options.allowCredentials?.map(({ id }) => id);
    const credential = credentials.findLast(({ id }) => allowed === undefined || allowed.includes(id));
    if (!credential) throw new Error('no credential of this authenticator is asked for');
    return answerWith(credential, options, bend);
  }

  /** The same with a credential of one's choice. */
  function answerWith(credential: SoftwareCredential, options: RequestOptions, bend: Bend = {}): string {
    if (counts) credential.counter++;
    const data = authenticatorData(bend.rpId ?? credential.rpId, bend.counter ?? credential.counter, bend);
    const client = clientData('webauthn.get', options.challenge, bend);
    const signed = Buffer.concat([data, createHash('sha256').update(client).digest()]);
    const userHandle = 'userHandle' in bend ? bend.userHandle : credential.userHandle;
    return JSON.stringify({
      id: bend.credentialId ?? credential.id,
      rawId: bend.credentialId ?? credential.id,
      type: 'public-key',
      response: {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: sign('sha256', signed, bend.key ?? credential.key).toString('base64url'),
        ...(userHandle !== undefined && { userHandle }),
      },
      clientExtensionResults: {},
    });
  }

  function clientData(type: string, challenge: string, bend: Bend): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: bend.type ?? type,
        challenge: bend.challenge ?? challenge,
        origin: bend.origin ?? origin,
        crossOrigin: bend.crossOrigin ?? false,
      }),
    );
  }

  return { credentials, create, get, answerWith };
}

/** WebAuthn §6.1. */
function authenticatorData(rpId: string, counter: number, bend: Bend, more = 0): Buffer {
  const flags =
    more |
    (bend.userPresent === false ? 0 : flagBits.userPresent) |
    (bend.userVerified === false ? 0 : flagBits.userVerified) |
    (bend.backupEligible ? flagBits.backupEligible | flagBits.backedUp : 0);
  const rest = Buffer.alloc(5);
  rest.writeUInt8(flags);
  rest.writeUInt32BE(counter, 1);
  return Buffer.concat([createHash('sha256').update(rpId).digest(), rest]);
}

/** RFC 9052: an EC2 key of P-256 for ES256. */
function coseKeyOf(publicKey: KeyObject): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
  const key = new Map<number, number | Uint8Array>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, bytes(x)],
    [-3, bytes(y)],
  ]);
  return Buffer.from(isoCBOR.encode(key as never));
}
