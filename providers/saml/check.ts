/**
 * What can be found out about a SAML connection without a user: whether one of its certificates is valid now, and
 * whether its sign-on address answers. NOT checked: that the provider knows us, which only a browser's journey shows.
 */
import { ProviderError } from '../errors.ts';
import type { SigningCertificate } from '../protocols/saml/signature-kernel.ts';
import type { CheckResult, Ports } from '../provider.ts';

export async function* checkSamlConnection(
  singleSignOnUrl: string,
  certificates: readonly SigningCertificate[],
  ports: Pick<Ports, 'fetch' | 'now'>,
): AsyncIterable<CheckResult> {
  yield resultOf('certificates', findCertificateProblem(certificates, ports.now()));
  yield resultOf('reachable', await findAddressProblem(singleSignOnUrl, ports.fetch));
}

function resultOf(check: string, error: ProviderError | undefined): CheckResult {
  return error === undefined ? { check, ok: true } : { check, ok: false, error };
}

/** During a rollover the old one may have ended and the next not begun: one that counts is enough. */
function findCertificateProblem(certificates: readonly SigningCertificate[], now: number): ProviderError | undefined {
  if (certificates.some(({ notBefore, notAfter }) => notBefore <= now && now <= notAfter)) return undefined;
  const day = (time: number) => new Date(time).toISOString().slice(0, 10);
  return new ProviderError('saml_certificate_expired', {
    detail: {
      expected: `a certificate that is valid on ${day(now)}`,
      received: certificates.map(({ notBefore, notAfter }) => `${day(notBefore)} to ${day(notAfter)}`).join(', '),
    },
  });
}

/** A sign-on address without a request may well say 400 or 405; that it says something is what counts. */
async function findAddressProblem(url: string, fetch: Ports['fetch']): Promise<ProviderError | undefined> {
  try {
    // many send a browser without a request on to their sign-in page
    const response = await fetch(url, { redirect: 'report' });
    await response.body?.cancel();
    if (response.status < 500 && response.status !== 404) return undefined;
    const detail = { expected: 'an answer', received: `HTTP ${response.status}`, where: 'sign-on address' };
    return new ProviderError('upstream_answer_invalid', { detail });
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
}
