/** What a connection takes over from its identity provider's metadata (SML-3), under the keys of its settings. Pure. */
import type { IdpMetadata } from '../../metadata/idp-metadata.ts';

export interface SettingsOfMetadata {
  entityId: string;
  singleSignOnUrl: string;
  binding: 'post' | 'redirect';
  /** PEM, one each. */
  certificates: string[];
  logoutUrl?: string;
  /** Only when the provider wants it: that it does not say so is no reason to stop signing. */
  signRequests?: true;
}

/** HTTP-POST where there is a choice (SML-9); `keep`: the binding that the connection has, as long as it is offered. */
export function settingsOfMetadata(metadata: IdpMetadata, keep?: 'post' | 'redirect'): SettingsOfMetadata {
  const { singleSignOn, singleLogout } = metadata;
  const kept = keep !== undefined && singleSignOn[keep] !== undefined ? keep : undefined;
  const binding = kept ?? (singleSignOn.post === undefined ? 'redirect' : 'post');
  return {
    entityId: metadata.entityId,
    singleSignOnUrl: singleSignOn[binding] ?? '',
    binding,
    certificates: metadata.certificates.map(({ pem }) => pem),
    ...(singleLogout.redirect !== undefined && { logoutUrl: singleLogout.redirect }),
    ...(metadata.wantAuthnRequestsSigned && { signRequests: true }),
  };
}
