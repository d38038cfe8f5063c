/**
 * The upstream's published keys (`jwks_uri`), kept by (connection, version).
 *
 * GWY-2: any published key may have signed; a token without `kid` is tried against every key that fits, ten at most; the
 * set is fetched again only when none matches, and at most once a minute, so that bad tokens cannot make us a hammer. After
 * a day it is fetched anyway: a key that the upstream withdrew is not to be trusted for as long as this process lives.
 * Where the upstream's certificates are to be trusted (`authorities`), a key counts only when its own `x5c` is, if it has one.
 */
import { createPublicKey, type JsonWebKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type Authorities, findTrust, type Trust } from '../../../certs/trust.ts';
import { ProviderError } from '../../errors.ts';
import type { Ports } from '../../provider.ts';
import { isJsonObject, namingPlace, quoteReceived, readJsonAnswer } from './answers.ts';
import { fittingAlgorithms, isSignedBy } from './signature-algorithms.ts';

const maximumKeys = 50;
const maximumTries = 10;
/** Keys whose certificates are judged; a set with more is made to keep us busy. */
const maximumJudged = 10;
const refetchAfter = 60_000;
const oldAfter = 24 * 3_600_000;

export interface SignedParts {
  algorithm: string;
  keyId: string | undefined;
  /** Header and payload as received, with the dot. */
  input: Buffer;
  signature: Buffer;
}
interface PublishedKey {
  keyId: string | undefined;
  key: KeyObject;
  algorithms: ReadonlySet<string>;
  /** Of its `x5c`; undefined: it has none, or nobody asks. */
  trust?: Trust;
}

/** A published key that a signature may be made with, as an administrator sees it. */
export interface KeySummary {
  keyId: string | undefined;
  type: string;
  /** Of its `x5c`; undefined: the key has no certificate. */
  trust: Trust | undefined;
}

export interface KeySet {
  /** Returns when a published key made this signature. Throws `id_token_signature_invalid`, `keys_missing`, or what fetching threw. */
  verify(parts: SignedParts): Promise<void>;
  /** Fetches now, for a connection check: the keys that can be used, and those that could but for their certificate. */
  refresh(): Promise<readonly KeySummary[]>;
}

export interface KeySetOptions {
  /** PEM; trusted for this connection's TLS. */
  certificateAuthorities?: readonly string[];
  /** Given: certificates in `x5c` are judged, and a key whose certificate is not trusted verifies nothing (GWY-2). */
  authorities?: Authorities;
}

export function createKeySet(
  url: string,
  ports: Pick<Ports, 'fetch' | 'now'>,
  { certificateAuthorities, authorities }: KeySetOptions = {},
): KeySet {
  let keys: readonly PublishedKey[] | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<readonly PublishedKey[]> | undefined;

  async function load(): Promise<readonly PublishedKey[]> {
    // parallel sign-ins share one fetch
    fetching ??= fetchKeys().finally(() => {
      fetching = undefined;
    });
    return fetching;
  }

  async function fetchKeys(): Promise<readonly PublishedKey[]> {
    const asked = ports.fetch(url, {
      headers: { accept: 'application/json' },
      ...(certificateAuthorities === undefined ? {} : { certificateAuthorities }),
    });
    const response = await namingPlace('jwks_uri', asked);
    keys = importKeys(await readJsonAnswer(response, 'jwks_uri'), authorities, ports.now());
    fetchedAt = ports.now();
    return keys;
  }

  return {
    async verify(parts) {
      const isOld = ports.now() - fetchedAt >= oldAfter;
      if (isSigned((isOld || keys === undefined ? await load() : keys).filter(isTrusted), parts)) return;
      if (ports.now() - fetchedAt >= refetchAfter && isSigned((await load()).filter(isTrusted), parts)) return;
      const untrusted = (keys ?? []).find((key) => !isTrusted(key) && isSigned([key], parts));
      if (untrusted) throw certificateUntrusted('jwks_uri', untrusted.trust);
      throw new ProviderError('id_token_signature_invalid', {
        detail: {
          where: 'jwks_uri',
          expected: 'a signature by one of the published keys',
          received: `${parts.algorithm}, ${parts.keyId === undefined ? 'no kid' : `kid ${quoteReceived(parts.keyId)}`}`,
        },
      });
    },
    async refresh() {
      const read = await load();
      return read.map(({ keyId, key, trust }) => ({ keyId, type: typeOf(key), trust }));
    },
  };
}

function isSigned(keys: readonly PublishedKey[], parts: SignedParts): boolean {
  const fitting = keys.filter(
    (candidate) =>
      (parts.keyId === undefined || candidate.keyId === undefined || candidate.keyId === parts.keyId) &&
      candidate.algorithms.has(parts.algorithm),
  );
  return fitting
    .slice(0, maximumTries)
    .some((candidate) => isSignedBy(candidate.key, parts.algorithm, parts.input, parts.signature));
}

const isTrusted = ({ trust }: Pick<PublishedKey, 'trust'>) => trust?.trusted !== false;

export function certificateUntrusted(where: string, trust: Trust | undefined): ProviderError {
  const reason = trust?.trusted === false ? trust.reason : 'unknown';
  return new ProviderError('certificate_untrusted', {
    detail: { where, expected: 'a certificate of an authority that is trusted here', received: reason },
  });
}

function importKeys(
  document: Readonly<Record<string, unknown>>,
  authorities: Authorities | undefined,
  now: number,
): readonly PublishedKey[] {
  const published = Array.isArray(document.keys) ? document.keys : [];
  if (published.length > maximumKeys) {
    throw new ProviderError('upstream_answer_invalid', {
      detail: { where: 'jwks_uri', expected: `at most ${maximumKeys} keys`, received: `${published.length} keys` },
    });
  }
  let judged = 0;
  const usable = published.flatMap((jwk: unknown): PublishedKey[] => {
    if (!isJsonObject(jwk) || (jwk.use !== undefined && jwk.use !== 'sig')) return [];
    if (Array.isArray(jwk.key_ops) && !jwk.key_ops.includes('verify')) return [];
    try {
      // an `oct` key throws here: a published symmetric key is no key
      const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
      const fitting = fittingAlgorithms(key);
      const algorithms = jwk.alg === undefined ? fitting : new Set([...fitting].filter((name) => name === jwk.alg));
      const keyId = typeof jwk.kid === 'string' ? jwk.kid : undefined;
      if (authorities !== undefined && jwk.x5c !== undefined && ++judged > maximumJudged) return [];
      const trust = authorities === undefined ? undefined : trustOf(jwk.x5c, key, authorities, now);
      return [{ keyId, key, algorithms, ...(trust && { trust }) }];
    } catch {
      return [];
    }
  });
  if (usable.length === 0) {
    throw new ProviderError('keys_missing', {
      detail: { where: 'jwks_uri', expected: 'at least one usable signing key', received: `${published.length} keys` },
    });
  }
  return usable;
}

/** RFC 7517 §4.7: Base64 (not base64url) of DER, the first of which holds this very key. */
function trustOf(x5c: unknown, key: KeyObject, authorities: Authorities, now: number): Trust | undefined {
  if (x5c === undefined) return undefined;
  const isText = (item: unknown): item is string => typeof item === 'string';
  if (!Array.isArray(x5c) || !x5c.every(isText)) return { trusted: false, reason: 'malformed' };
  const chain = x5c.map((item) => Buffer.from(item, 'base64'));
  try {
    if (!new X509Certificate(chain[0] ?? '').publicKey.equals(key)) return { trusted: false, reason: 'malformed' };
  } catch {
    return { trusted: false, reason: 'malformed' };
  }
  return findTrust(chain, authorities, now);
}

function typeOf(key: KeyObject): string {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined) return `RSA ${modulusLength}`;
  return namedCurve ?? String(key.asymmetricKeyType);
}
