/**
 * Tokens of secure clients: opaque, one hour, good for as long as the client and its creator's access are (ADM-5).
 *
 * Owns: the tokens in the store, by their hash. What a token may is not in it: `find` asks the durable rows each time,
 * so that revoking a client or removing its creator ends it at once, in every process. Called by `api/`.
 */
import type { Clock } from '../core/clock.ts';
import { hashOfToken, randomToken } from '../core/random.ts';
import type { SecureClient, SecureClients, Standing } from '../directory/secure-clients.ts';
import type { Store } from '../store/store.ts';

/** ADM-5; milliseconds. */
export const clientTokenLifetime = 3_600_000;

export interface ClientTokensOptions {
  store: Pick<Store, 'get' | 'set'>;
  clock: Clock;
  secureClients: Pick<SecureClients, 'authenticate' | 'findById' | 'standingOf' | 'noteUse'>;
}

export type TokenOutcome =
  | { outcome: 'issued'; token: string; client: SecureClient }
  /** `client`: the one that the id names, where there is one. */
  | {
      outcome: 'refused';
      reason: 'unknown_client' | 'wrong_secret' | 'suspended' | 'creator_gone';
      client?: SecureClient;
    };

export type ClientTokens = ReturnType<typeof createClientTokens>;

export function createClientTokens({ store, clock, secureClients }: ClientTokensOptions) {
  const keyOf = (token: string) => `client-token:${hashOfToken(token)}`;

  async function issue(clientId: string, secret: string): Promise<TokenOutcome> {
    const found = await secureClients.authenticate(clientId, secret);
    if (!found) return { outcome: 'refused', reason: 'unknown_client' };
    const { client } = found;
    if (!found.isRight) return { outcome: 'refused', reason: 'wrong_secret', client };
    if (client.suspendedAt !== null) return { outcome: 'refused', reason: 'suspended', client };
    if (!(await secureClients.standingOf(client))) return { outcome: 'refused', reason: 'creator_gone', client };
    const token = randomToken(32);
    await store.set(keyOf(token), client.clientId, clock.now() + clientTokenLifetime);
    await secureClients.noteUse(client);
    return { outcome: 'issued', token, client };
  }

  /** Undefined: expired, revoked, or never one of ours. */
  async function find(token: string): Promise<{ client: SecureClient; standing: Standing } | undefined> {
    const clientId = await store.get(keyOf(token));
    const client = clientId === undefined ? undefined : await secureClients.findById(clientId);
    const standing = client && (await secureClients.standingOf(client));
    return client && standing && { client, standing };
  }

  return { issue, find };
}
