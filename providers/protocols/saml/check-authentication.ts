import { attributeOf, childrenNamed, textOf, type XmlElement } from '../../../metadata/xml-tree.ts';
import type { ResponseExpectations } from './expectations.ts';
import { samlAssertion } from './namespaces.ts';
import { checkNotBefore, checkNotOnOrAfter, clockSkew, isoTime, readInstant } from './read-instant.ts';
import { refuse, shown } from './refuse.ts';

export interface AuthenticationStatement {
  /** Milliseconds. */
  authnInstant: number;
  contextClass?: string;
  sessionIndex?: string;
  /** Milliseconds; our session may not live longer. */
  sessionNotOnOrAfter?: number;
}

/** The one `AuthnStatement`: when and how the person was authenticated (SAML core §2.7.2). */
export function checkAuthentication(
  assertion: XmlElement,
  expectations: ResponseExpectations,
  now: number,
): AuthenticationStatement {
  const [statement, ...more] = childrenNamed(assertion, samlAssertion, 'AuthnStatement');
  if (!statement || more.length > 0) return refuse('saml_statement_missing', { expected: 'one AuthnStatement' });
  const result: AuthenticationStatement = { authnInstant: checkInstant(statement, expectations, now) };

  const context = childrenNamed(statement, samlAssertion, 'AuthnContext')[0];
  const reference = context && childrenNamed(context, samlAssertion, 'AuthnContextClassRef')[0];
  const contextClass = reference && textOf(reference)?.trim();
  if (contextClass) result.contextClass = contextClass;
  const wanted = expectations.context;
  if (wanted?.comparison === 'exact' && contextClass !== wanted.class) {
    refuse('saml_context_mismatch', { expected: wanted.class, received: shown(contextClass) });
  }

  const sessionIndex = attributeOf(statement, 'SessionIndex');
  if (sessionIndex) result.sessionIndex = sessionIndex.slice(0, 512);
  const sessionNotOnOrAfter = readInstant(statement, 'SessionNotOnOrAfter');
  if (sessionNotOnOrAfter !== undefined) {
    checkNotOnOrAfter(sessionNotOnOrAfter, now, 'AuthnStatement SessionNotOnOrAfter');
    result.sessionNotOnOrAfter = sessionNotOnOrAfter;
  }
  return result;
}

function checkInstant(statement: XmlElement, expectations: ResponseExpectations, now: number): number {
  const authnInstant = readInstant(statement, 'AuthnInstant');
  if (authnInstant === undefined) {
    return refuse('saml_statement_missing', { expected: 'AuthnInstant', where: 'AuthnStatement' });
  }
  checkNotBefore(authnInstant, now, 'AuthnStatement AuthnInstant');
  // SES-5: an identity provider that ignores ForceAuthn answers with an old sign-in.
  if (expectations.forceAuthentication && authnInstant < expectations.requestedAt - clockSkew) {
    refuse('reauthentication_missing', {
      expected: `authenticated after ${isoTime(expectations.requestedAt)}`,
      received: isoTime(authnInstant),
      where: 'AuthnStatement AuthnInstant',
    });
  }
  return authnInstant;
}
