/**
 * oidc-provider's storage on our store. One adapter per model; sessions and clients have their own files.
 *
 * Keys are hashes and payloads are kept without their own id, sealed where they hold more, so that a copy of the store is no collection of tokens
 * (SECURITY §1.2). `consume` is decided by one conditional write: of two redemptions at once, one throws.
 */
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import { SealError, type Sealer } from '../../certs/sealing.ts';
import type { Clock } from '../core/clock.ts';
import { hashOfToken } from '../core/random.ts';
import type { Store } from '../store/store.ts';

export interface AdapterOptions {
  store: Store;
  sealer: Sealer;
  clock: Clock;
}

/** Seconds; oidc-provider gives a lifetime for every model that we keep. */
const defaultLifetime = 3600;
/**
 * What holds a bearer value of another kind, a nonce or a person's hints. In grants and access tokens nothing is secret
 * once their own id is out of them.
 */
const sealed = new Set(['AuthorizationCode', 'Interaction', 'PushedAuthorizationRequest', 'RefreshToken', 'Session']);
const consumable = new Set(['AuthorizationCode', 'RefreshToken', 'PushedAuthorizationRequest']);

export function createModelAdapter(model: string, { store, sealer, clock }: AdapterOptions): Adapter {
  const keyOf = (id: string) => `op:${model}:{${hashOfToken(id)}}`;
  const consumedKeyOf = (id: string) => `${keyOf(id)}:consumed`;
  const isConsumable = consumable.has(model);
  const isSealed = sealed.has(model);

  async function find(id: string): Promise<AdapterPayload | undefined> {
    const key = keyOf(id);
    const [stored, consumed] = isConsumable ? await store.getMany([key, consumedKeyOf(id)]) : [await store.get(key)];
    if (stored === undefined) return undefined;
    const text = isSealed ? openText(stored, key) : stored;
    if (text === undefined) return undefined;
    const payload: AdapterPayload = JSON.parse(text);
    // After a rotation of the sealing key whatever is in use is sealed anew, so that the old key can go one day.
    if (isSealed && payload.exp !== undefined && !sealer.isCurrent(stored))
      await store.replace(key, stored, sealer.seal(text, key), payload.exp * 1000);
    payload.jti = id;
    // A consumed code or refresh token stays until it expires: its replay is what reveals a theft (RFC 9700 §4.14).
    if (consumed !== undefined) payload.consumed = Number(consumed);
    return payload;
  }

  /** Sealed with a key that was dropped: as good as gone, and made anew where it can be (a grant). */
  function openText(sealed: string, context: string): string | undefined {
    try {
      return sealer.openText(sealed, context);
    } catch (error) {
      if (error instanceof SealError && error.code === 'unknown_key') return undefined;
      throw error;
    }
  }

  return {
    find,
    async upsert(id, payload, expiresIn) {
      const { jti: _, ...rest } = payload;
      const key = keyOf(id);
      const text = JSON.stringify(rest);
      const expiresAt = clock.now() + (expiresIn ?? defaultLifetime) * 1000;
      await store.set(key, isSealed ? sealer.seal(text, key) : text, expiresAt);
    },
    async consume(id) {
      const payload = await find(id);
      const expiresAt = payload?.exp === undefined ? clock.now() + 86_400_000 : payload.exp * 1000;
      const now = Math.floor(clock.now() / 1000);
      if (payload && (await store.add(consumedKeyOf(id), String(now), Math.max(expiresAt, clock.now() + 1000)))) return;
      // The loser of a race is a replay like any other: what was granted is revoked (OP-03).
      if (payload?.grantId !== undefined)
        await createModelAdapter('Grant', { store, sealer, clock }).destroy(payload.grantId);
      throw new errors.InvalidGrant('already consumed');
    },
    async destroy(id) {
      await store.delete(keyOf(id));
    },
    // Destroying the Grant is what revokes: every use of a token asks for it. Tokens are swept when they expire.
    async revokeByGrantId() {},
    async findByUid() {
      throw new Error(`${model} is not found by uid`);
    },
    async findByUserCode() {
      throw new Error('the device flow is off');
    },
  };
}
