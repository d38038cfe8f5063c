/** What one answer must match: our own record of the request and the connection that it belongs to. */
import type { KeyObject } from 'node:crypto';
import type { SigningCertificate } from './signature-kernel.ts';

export const signaturePolicies = ['response', 'assertion', 'both', 'either'] as const;
export type SignaturePolicy = (typeof signaturePolicies)[number];
export type CertificateExpiry = 'warn' | 'refuse';
/** Absent from the expectations: nothing encrypted is accepted. */
export interface Encryption {
  /** A plain assertion is refused. */
  required: boolean;
  /** Our private RSA keys; each is tried, because a provider may still use the one before. */
  keys: readonly KeyObject[];
}
export interface AuthenticationContext {
  class: string;
  /** `minimum` is asked for and not enforced, `exact` is enforced (SML-2). */
  comparison: 'minimum' | 'exact';
}

export interface ResponseExpectations {
  /** Entity ID of the connection's identity provider; compared exactly. */
  idpEntityId: string;
  /** Our entity ID, the audience. */
  spEntityId: string;
  /** Our assertion consumer service: Recipient and Destination. */
  acsUrl: string;
  /** ID of the AuthnRequest that we sent. */
  requestId: string;
  /** Milliseconds; when we sent it. */
  requestedAt: number;
  /** We sent ForceAuthn, so the person must have been asked after `requestedAt`. */
  forceAuthentication: boolean;
  signatures: SignaturePolicy;
  certificates: readonly SigningCertificate[];
  certificateExpiry: CertificateExpiry;
  encryption?: Encryption;
  context?: AuthenticationContext;
  /** Allow-list: exact `Name`s of the attributes that are read; all others are skipped unseen. */
  attributeNames: ReadonlySet<string>;
}
