/**
 * The built-in Citrix identity: email and password. The second factor is a step of the sign-in, not of this provider.
 *
 * Owns: turning a person of the `CredentialStore` into an `UpstreamIdentity`. Does not own: passwords, hashes, limits.
 * Not a connection and not in the registry's list of kinds: every installation has exactly one.
 */
import { ProviderError } from '../errors.ts';
import type { AttributeRole, PasswordProvider, Ports, RawAttribute, UpstreamIdentity } from '../provider.ts';
import type { CitrixPerson, CredentialStore } from './credential-store.ts';

export function createCitrixProvider(store: CredentialStore, ports: Pick<Ports, 'now'>): PasswordProvider {
  return {
    kind: 'password',
    async authenticate(name, password) {
      try {
        const person = await store.authenticate(name, password);
        return person && upstreamIdentityOf(person, ['pwd'], ports.now());
      } catch (error) {
        if (error instanceof ProviderError) throw error;
        throw new ProviderError('upstream_unreachable', { cause: error, detail: { where: 'credential store' } });
      }
    },
  };
}

/** `methods`: how the person has proven who they are (RFC 8176 §2). */
export function upstreamIdentityOf(person: CitrixPerson, methods: readonly string[], now: number): UpstreamIdentity {
  const raw: Partial<Record<AttributeRole, RawAttribute>> = {};
  for (const role of ['email', 'displayName', 'givenName', 'familyName'] as const) {
    const value = person[role];
    if (value) raw[role] = { name: role, values: [value] };
  }
  return { subject: person.id, raw, authenticatedAt: now, methods };
}
