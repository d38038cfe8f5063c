/** Certificate authorities that the operator trusts for connections to identity providers (SPEC GWY-2), read at the start. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { type Config, ConfigError } from './config.ts';

/**
 * PEM, one certificate each: those of `SEKISHO_UPSTREAM_CERTIFICATE_AUTHORITIES`, and those of `NODE_EXTRA_CA_CERTS`,
 * which Node trusts by itself. Throws `ConfigError`.
 */
export function readUpstreamAuthorities({
  upstreamCertificateAuthorities: file,
}: Pick<Config, 'upstreamCertificateAuthorities'>): readonly string[] {
  const extra = getCACertificates('extra');
  if (file === undefined) return extra;
  const refuse = (problem: string): never => {
    throw new ConfigError([{ key: 'SEKISHO_UPSTREAM_CERTIFICATE_AUTHORITIES', problem }]);
  };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return refuse(`cannot be read (${file}: ${(error as NodeJS.ErrnoException).code})`);
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return refuse(`names a file without a certificate (${file})`);
  const authorities = blocks.map((block, index) => {
    const which = `certificate ${index + 1} of ${blocks.length} in ${file}`;
    let certificate: X509Certificate;
    try {
      certificate = new X509Certificate(block);
    } catch {
      return refuse(`cannot be used: ${which} is damaged`);
    }
    if (!certificate.ca) return refuse(`cannot be used: ${which} is not one of an authority`);
    return certificate.toString();
  });
  return [...authorities, ...extra];
}
