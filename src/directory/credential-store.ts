/** The built-in provider's `CredentialStore` over our identities. */
import type { CredentialStore } from '../../providers/citrix/credential-store.ts';
import { ProviderError } from '../../providers/errors.ts';
import { DirectoryError } from './errors.ts';
import type { Identities } from './identities.ts';

export function createCredentialStore(identities: Pick<Identities, 'authenticate'>): CredentialStore {
  return {
    async authenticate(email, password) {
      try {
        return await identities.authenticate(email, password);
      } catch (error) {
        if (error instanceof DirectoryError && error.code === 'too_busy')
          throw new ProviderError('upstream_throttled', { cause: error });
        throw error;
      }
    },
  };
}
