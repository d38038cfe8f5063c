/**
 * Whether a chain of certificates ends at an authority that is trusted, and whose trust that is (SPEC GWY-2). For chains
 * that come in a document (`x5c`), and to say of a TLS connection's chain, which TLS has already verified, who vouched.
 *
 * Owns: signatures, validity, who may issue. Does not own: names and revocation (a signing certificate has no host name;
 * TLS checks the server's), whether a certificate's key is good enough (`x509.ts`).
 */
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';

/** Who says that an authority is to be trusted: everybody's list, the operator of this installation, one connection. */
export type TrustedBy = 'public' | 'operator' | 'connection';

/** PEM, one certificate each. */
export interface Authorities {
  operator?: readonly string[];
  connection?: readonly string[];
}

export type Trust =
  | { trusted: true; by: TrustedBy; authority: string }
  | { trusted: false; reason: 'malformed' | 'expired' | 'not_yet_valid' | 'self_signed' | 'authority_unknown' };

/** Longer ones serve nobody. */
const maximumChain = 10;

/**
 * `chain`: DER, the certificate in question first; the others in any order. `now`: milliseconds. An authority's own
 * dates count as well.
 */
export function findTrust(chain: readonly Uint8Array[], authorities: Authorities, now: number): Trust {
  if (chain.length === 0 || chain.length > maximumChain) return { trusted: false, reason: 'malformed' };
  const certificates: X509Certificate[] = [];
  for (const der of chain) {
    const certificate = readCertificate(der);
    if (certificate === undefined) return { trusted: false, reason: 'malformed' };
    certificates.push(certificate);
  }
  const [first, ...given] = certificates as [X509Certificate, ...X509Certificate[]];
  const [from, to] = [first.validFromDate.getTime(), first.validToDate.getTime()];
  // No comparison with a date that cannot be read is ever true.
  if (Number.isNaN(from) || Number.isNaN(to)) return { trusted: false, reason: 'malformed' };
  if (now > to) return { trusted: false, reason: 'expired' };
  if (now < from) return { trusted: false, reason: 'not_yet_valid' };
  // The strongest first: what is publicly trusted is said to be.
  for (const by of ['public', 'operator', 'connection'] as const) {
    const anchors = by === 'public' ? publicAnchors() : anchorsFrom(authorities[by] ?? []);
    const anchor = climb(first, given, anchors, now);
    if (anchor) return { trusted: true, by, authority: nameOf(anchor) };
  }
  const isSelfSigned = first.issuer === first.subject && isIssuedBy(first, first);
  return { trusted: false, reason: isSelfSigned ? 'self_signed' : 'authority_unknown' };
}

/** Upwards from `first`, by any way that leads to an anchor. Each certificate is looked at once: a chain may be made to circle. */
function climb(
  first: X509Certificate,
  given: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
  now: number,
): X509Certificate | undefined {
  const reached = new Set([first]);
  for (const certificate of reached) {
    for (const anchor of anchors) {
      // An anchor may also be the certificate itself: whoever trusts exactly it needs no issuer.
      const is = anchor.fingerprint256 === certificate.fingerprint256;
      if (is || (isAuthority(anchor, now) && isIssuedBy(certificate, anchor))) return anchor;
    }
    for (const issuer of given) {
      if (!reached.has(issuer) && isAuthority(issuer, now) && isIssuedBy(certificate, issuer)) reached.add(issuer);
    }
  }
  return undefined;
}

function isAuthority(certificate: X509Certificate, now: number): boolean {
  return certificate.ca && certificate.validFromDate.getTime() <= now && now <= certificate.validToDate.getTime();
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // a key or an algorithm that this program cannot read vouches for nothing
    return false;
  }
}

let known: readonly X509Certificate[] | undefined;
function publicAnchors(): readonly X509Certificate[] {
  known ??= anchorsFrom(rootCertificates);
  return known;
}

function anchorsFrom(pems: readonly string[]): readonly X509Certificate[] {
  return pems.flatMap((pem) => {
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    return blocks.flatMap((block) => readCertificate(block) ?? []);
  });
}

function readCertificate(given: Uint8Array | string): X509Certificate | undefined {
  try {
    return new X509Certificate(given);
  } catch {
    return undefined;
  }
}

/** Node gives a distinguished name one attribute a line; the common name, or the organization, says most. */
function nameOf({ subject }: X509Certificate): string {
  const lines = subject.split('\n');
  const partOf = (key: string) => lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1);
  return (partOf('CN') ?? partOf('O') ?? lines.join(', ')).replace(/\p{Cc}/gu, '?').slice(0, 200);
}
