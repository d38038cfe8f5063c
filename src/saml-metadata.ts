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

/** Of 6 kB each. */
const remembered = 500;

/** Throws when there is no current key. */
export function createSamlMetadata(needs: { sites: Sites; clock: Clock; keys(): readonly SigningKey[] }) {
  const { sites, clock, keys } = needs;
  /** A signature costs three milliseconds, and anybody may ask; the same keys always give the same document. */
  const signed = new Map<string, string>();
  return async ({ encryption, connectionId }: SamlMetadataOptions): Promise<string> => {
    const current = keys().find((key) => key.use === 'saml' && key.state === 'current');
    if (current?.certificatePem === undefined) throw new Error('there is no current SAML key');
    const signingCertificates = samlCertificates(keys(), clock.now());
    const key = [current.kid, encryption, connectionId, ...signingCertificates].join(' ');
    let document = signed.get(key);
    if (document === undefined) {
      const xml = buildSpMetadata({
        entityId: connectionId === undefined ? sites.samlEntityId : sites.samlEntityIdOf(connectionId),
        acsUrl: sites.acsUrl,
        logoutUrl: sites.samlLogoutUrl,
        logoutBindings: ['redirect', 'post'],
        signingCertificates,
        ...(encryption && { encryptionCertificate: current.certificatePem }),
        authnRequestsSigned: true,
        wantAssertionsSigned: false,
      });
      document = signMetadata(xml, { privateKeyPem: current.privateKeyPem, certificatePem: current.certificatePem });
      if (signed.size >= remembered) signed.clear();
      signed.set(key, document);
    }
    return document;
  };
}
