import { childElements, childrenNamed, textOf, type XmlElement } from '../../../metadata/xml-tree.ts';
import { samlAssertion } from './namespaces.ts';
import { checkNotBefore, checkNotOnOrAfter, readInstant } from './read-instant.ts';
import { refuse, shown } from './refuse.ts';

/** Kept for every assertion anyway: it is used once (`once`), and we proxy to nobody as a SAML identity provider. */
const understood = ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'];

/** SAML core §2.5: times, audience, and no condition that we do not understand. Returns NotOnOrAfter. */
export function checkConditions(assertion: XmlElement, audience: string, now: number): number {
  const [conditions, ...more] = childrenNamed(assertion, samlAssertion, 'Conditions');
  if (!conditions || more.length > 0) return refuse('saml_conditions_missing', { expected: 'one Conditions' });

  const notOnOrAfter = readInstant(conditions, 'NotOnOrAfter');
  if (notOnOrAfter === undefined) {
    return refuse('saml_conditions_missing', { expected: 'NotOnOrAfter', where: 'Conditions' });
  }
  checkNotOnOrAfter(notOnOrAfter, now, 'Conditions NotOnOrAfter');
  checkNotBefore(readInstant(conditions, 'NotBefore') ?? now, now, 'Conditions NotBefore');

  for (const condition of childElements(conditions)) {
    if (condition.uri !== samlAssertion || !understood.includes(condition.local)) {
      refuse('saml_condition_unknown', { expected: understood.join(', '), received: shown(condition.name) });
    }
  }
  checkAudience(childrenNamed(conditions, samlAssertion, 'AudienceRestriction'), audience);
  return notOnOrAfter;
}

/** Each restriction stands for itself (core §2.5.1.4), so all of them must name us: SAML-23. */
function checkAudience(restrictions: readonly XmlElement[], audience: string): void {
  if (restrictions.length === 0) refuse('saml_audience_mismatch', { expected: audience, received: '(no restriction)' });
  for (const restriction of restrictions) {
    const audiences = childrenNamed(restriction, samlAssertion, 'Audience').map((element) => textOf(element)?.trim());
    if (!audiences.includes(audience)) {
      refuse('saml_audience_mismatch', {
        expected: audience,
        received: audiences.slice(0, 3).map(shown).join(', ') || '(empty restriction)',
      });
    }
  }
}
