/**
 * The upstream's published keys (`jwks_uri`), kept by (connection, version).
 *
 * GWY-2: any published key may have signed; a token without `kid` is tried against every key that fits, ten at most; the
 * set is fetched again only when none matches, and at most once a minute, so that bad tokens cannot make us a hammer. After
 * a day it is fetched anyway: a key that the upstream withdrew is not to be trusted for as long as this process lives.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { ProviderError } from '../../errors.ts';
import type { Ports } from '../../provider.ts';
import { isJsonObject, quoteReceived, readJsonAnswer } from './answers.ts';
import { fittingAlgorithms, isSignedBy } from './signature-algorithms.ts';

const maximumKeys = 50;
const maximumTries = 10;
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
}

export interface KeySet {
  /** Returns when a published key made this signature. Throws `id_token_signature_invalid`, `keys_missing`, or what fetching threw. */
  verify(parts: SignedParts): Promise<void>;
  /** Fetches now, for a connection check; the number of usable keys. */
  refresh(): Promise<number>;
}

export function createKeySet(
  url: string,
  ports: Pick<Ports, 'fetch' | 'now'>,
  certificateAuthorities?: readonly string[],
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
    const response = await ports.fetch(url, {
      headers: { accept: 'application/json' },
      ...(certificateAuthorities === undefined ? {} : { certificateAuthorities }),
    });
    keys = importKeys(await readJsonAnswer(response, 'jwks_uri'));
    fetchedAt = ports.now();
    return keys;
  }

  return {
    async verify(parts) {
      const isOld = ports.now() - fetchedAt >= oldAfter;
      if (isSigned(isOld || keys === undefined ? await load() : keys, parts)) return;
      if (ports.now() - fetchedAt >= refetchAfter && isSigned(await load(), parts)) return;
      throw new ProviderError('id_token_signature_invalid', {
        detail: {
          where: 'jwks_uri',
          expected: 'a signature by one of the published keys',
          received: `${parts.algorithm}, ${parts.keyId === undefined ? 'no kid' : `kid ${quoteReceived(parts.keyId)}`}`,
        },
      });
    },
    async refresh() {
      return (await load()).length;
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

function importKeys(document: Readonly<Record<string, unknown>>): readonly PublishedKey[] {
  const published = Array.isArray(document.keys) ? document.keys : [];
  if (published.length > maximumKeys) {
    throw new ProviderError('upstream_answer_invalid', {
      detail: { where: 'jwks_uri', expected: `at most ${maximumKeys} keys`, received: `${published.length} keys` },
    });
  }
  const usable = published.flatMap((jwk: unknown): PublishedKey[] => {
    if (!isJsonObject(jwk) || (jwk.use !== undefined && jwk.use !== 'sig')) return [];
    if (Array.isArray(jwk.key_ops) && !jwk.key_ops.includes('verify')) return [];
    try {
      // an `oct` key throws here: a published symmetric key is no key
      const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
      const fitting = fittingAlgorithms(key);
      const algorithms = jwk.alg === undefined ? fitting : new Set([...fitting].filter((name) => name === jwk.alg));
      return [{ keyId: typeof jwk.kid === 'string' ? jwk.kid : undefined, key, algorithms }];
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
