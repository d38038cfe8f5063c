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
 * Signatures that are verified for one chain. A real one needs as many as it is long; a made-up one, whose certificates all
 * have one name, would have each verified by each (SECURITY CON-10: on this thread nobody else is served meanwhile).
 */
const maximumVerified = 20;
const curves: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
const maximumRsaBits = 8192;

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
  const isIssuedBy = createIssuerCheck();
  // The strongest first: what is publicly trusted is said to be.
  for (const by of ['public', 'operator', 'connection'] as const) {
    const anchors = by === 'public' ? publicAnchors() : anchorsFrom(authorities[by] ?? []);
    const anchor = climb(first, given, anchors, now, isIssuedBy);
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
  isIssuedBy: IssuerCheck,
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

type IssuerCheck = (certificate: X509Certificate, issuer: X509Certificate) => boolean;

/** For one chain: each pair is verified once, and no more pairs than a chain can need. */
function createIssuerCheck(): IssuerCheck {
  const answers = new Map<X509Certificate, Map<X509Certificate, boolean>>();
  let left = maximumVerified;
  return (certificate, issuer) => {
    const known = answers.get(certificate) ?? new Map<X509Certificate, boolean>();
    answers.set(certificate, known);
    let answer = known.get(issuer);
    if (answer === undefined) {
      answer = certificate.checkIssued(issuer) && left-- > 0 && isSignedBy(certificate, issuer);
      known.set(issuer, answer);
    }
    return answer;
  };
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    const { publicKey } = issuer;
    const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
    const type = publicKey.asymmetricKeyType ?? '';
    const isUsual = type.startsWith('rsa')
      ? (modulusLength ?? 0) <= maximumRsaBits
      : type === 'ed25519' || (type === 'ec' && curves.has(namedCurve));
    return isUsual && certificate.verify(publicKey);
  } catch {
    // a key or an algorithm that this program cannot read vouches for nothing
    return false;
  }
}

let publicOnes: readonly X509Certificate[] | undefined;
function publicAnchors(): readonly X509Certificate[] {
  publicOnes ??= anchorsFrom(rootCertificates);
  return publicOnes;
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
