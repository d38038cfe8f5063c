/** What our reader says about a document, in the words of the comparison. */
import { ProviderError, type ProviderErrorDetail } from '../../providers/errors.ts';
import type { SignaturePolicy } from '../../providers/protocols/saml/expectations.ts';
import { readSamlResponse } from '../../providers/protocols/saml/read-response.ts';
import type { SigningCertificate } from '../../providers/protocols/saml/signature-kernel.ts';
import { expectations, now } from '../support/upstreams/saml/crafted.ts';
import type { Identity } from './node-saml-oracle.ts';
import { attributeNames } from './originals.ts';

export type Verdict =
  | { kind: 'accepted'; identity: Identity }
  | { kind: 'refused'; code: string; reason: string }
  /** Anything but a `ProviderError`: always a finding. */
  | { kind: 'crashed'; message: string };

export function judge(
  bytes: Uint8Array,
  certificate: SigningCertificate,
  signatures: SignaturePolicy = 'either',
): Verdict {
  const expected = expectations({ signatures, certificates: [certificate], attributeNames: new Set(attributeNames) });
  try {
    const { nameId, attributes } = readSamlResponse(bytes, expected, now);
    return { kind: 'accepted', identity: { nameId: nameId.value, attributes: toRecord(attributes) } };
  } catch (error) {
    if (error instanceof ProviderError) return { kind: 'refused', code: error.code, reason: reasonOf(error.detail) };
    return { kind: 'crashed', message: String((error as Error)?.stack ?? error).slice(0, 600) };
  }
}

/** Which signatures an accepted document carries; each of them verified, or it would not have been accepted. */
export function signedParts(
  bytes: Uint8Array,
  certificate: SigningCertificate,
): { response: boolean; assertion: boolean } {
  const accepts = (policy: SignaturePolicy) => judge(bytes, certificate, policy).kind === 'accepted';
  return { response: accepts('response'), assertion: accepts('assertion') };
}

/** Without what the message says: there are as many of those as messages. */
function reasonOf({ expected = '', where = '', note = '' }: ProviderErrorDetail): string {
  return [expected, where.replace(/^in .*/, ''), note]
    .filter((part) => part !== '')
    .join('; ')
    .replaceAll(/_[0-9a-f]{20,}/g, '_…')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>');
}

function toRecord(attributes: ReadonlyMap<string, readonly string[]>): Identity['attributes'] {
  const record: Identity['attributes'] = Object.create(null);
  for (const [name, values] of attributes) record[name] = [...values];
  return record;
}

/** xmldom writes a carriage return as it is and reads it back as a line feed, which XML forbids; nothing else is evened out. */
export function sameIdentity(one: Identity, other: Identity): boolean {
  const plain = ({ nameId, attributes }: Identity) =>
    JSON.stringify([nameId, Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))]).replaceAll(
      /(\\r\\n|\\r)/g,
      '\\n',
    );
  return plain(one) === plain(other);
}
