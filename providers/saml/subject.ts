import type { NameId } from '../protocols/saml/check-subject.ts';
import { transientFormat, unspecifiedFormat } from '../protocols/saml/namespaces.ts';
import { refuse } from '../protocols/saml/refuse.ts';
import type { RawAttribute } from '../provider.ts';

/**
 * The key of a person at this identity provider.
 *
 * It is the NameID with everything that qualifies it: who issued it, for whom, and its format, so that an equal value
 * in another name space is another person. A NameID without Format counts as unspecified (SAML core §2.2.2).
 * A transient NameID is new at every sign-in and names nobody; then the mapped `oid` attribute takes its place, as the
 * one attribute that never changes in Active Directory. Email and UPN never do.
 */
export function subjectOf(
  nameId: NameId,
  idpEntityId: string,
  spEntityId: string,
  oid: RawAttribute | undefined,
): string {
  if (nameId.format === transientFormat) {
    const [value, ...more] = oid?.values ?? [];
    if (typeof value !== 'string' || more.length > 0) {
      return refuse('saml_subject_missing', {
        expected: 'a persistent NameID, or a transient one with the object ID attribute',
        received: `a transient NameID and ${oid?.values.length ?? 0} values of the object ID attribute`,
        note: 'the identity provider must be configured to send a NameID that stays the same',
      });
    }
    return join([idpEntityId, 'attribute', value]);
  }
  const format = nameId.format ?? unspecifiedFormat;
  const parts = [nameId.nameQualifier ?? idpEntityId, format, nameId.value];
  const { spNameQualifier } = nameId;
  if (spNameQualifier !== undefined && spNameQualifier !== spEntityId) parts.push(spNameQualifier);
  return join(parts);
}

function join(parts: readonly string[]): string {
  // A separator that the encoding never leaves in a part.
  return parts.map(encodeURIComponent).join('|');
}
