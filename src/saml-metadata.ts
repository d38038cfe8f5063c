/** Our SAML metadata as identity providers import it (SML-1): signed, with both certificates during a rollover. */
import type { SigningKey } from '../certs/signing-keys.ts';
import { buildSpMetadata, signMetadata } from '../metadata/sp-metadata.ts';
import type { Sites } from './config/sites.ts';
import type { Clock } from './core/clock.ts';
import { samlCertificates } from './services.ts';

export interface SamlMetadataOptions {
  /** Says that and how assertions may be encrypted for us. */
  encryption: boolean;
  /** SML-8: the connection whose own entity ID it is for; otherwise the common one. */
  connectionId?: string;
}

/** Throws when there is no current key. */
export function createSamlMetadata(needs: { sites: Sites; clock: Clock; keys(): readonly SigningKey[] }) {
  const { sites, clock, keys } = needs;
  return async ({ encryption, connectionId }: SamlMetadataOptions): Promise<string> => {
    const current = keys().find((key) => key.use === 'saml' && key.state === 'current');
    if (current?.certificatePem === undefined) throw new Error('there is no current SAML key');
    const xml = buildSpMetadata({
      entityId: connectionId === undefined ? sites.samlEntityId : sites.samlEntityIdOf(connectionId),
      acsUrl: sites.acsUrl,
      logoutUrl: sites.samlLogoutUrl,
      logoutBindings: ['redirect', 'post'],
      signingCertificates: samlCertificates(keys(), clock.now()),
      ...(encryption && { encryptionCertificate: current.certificatePem }),
      authnRequestsSigned: true,
      wantAssertionsSigned: false,
    });
    return signMetadata(xml, { privateKeyPem: current.privateKeyPem, certificatePem: current.certificatePem });
  };
}
