/** Where one connection's provider fetches our SAML metadata: the document that fits its settings, by its own address. */
import type { Sites } from '../config/sites.ts';

/**
 * `settings`: of the connection, or of its draft. `mark`: of `signin/metadata-addresses.ts`; whoever fetches by it is known
 * to have our certificates, so that our key can be rolled over without asking (SML-1).
 */
export function samlMetadataUrlFor(
  sites: Pick<Sites, 'samlMetadataUrl' | 'samlMetadataUrlOf'>,
  { id, settings }: { id: string; settings: Readonly<Record<string, unknown>> },
  mark?: string,
): string {
  const url = new URL(settings.ownEntityId === true ? sites.samlMetadataUrlOf(id) : sites.samlMetadataUrl);
  // Providers encrypt when our metadata says how, and some do whenever they can.
  if (settings.encryption === 'accept' || settings.encryption === 'require') url.searchParams.set('encryption', 'yes');
  if (mark !== undefined) url.searchParams.set('for', mark);
  return url.href;
}
