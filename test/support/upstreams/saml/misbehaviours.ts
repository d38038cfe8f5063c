/** What the simulated identity provider can be told to do wrong, once each: how the honest facts change. */
import type { ResponseFacts } from './response-template.ts';

const hour = 3_600_000;
type Change = (facts: ResponseFacts) => Partial<ResponseFacts>;

const changes = {
  'wrong-issuer': () => ({
    issuer: 'https://other-idp.test/metadata',
    responseIssuer: 'https://other-idp.test/metadata',
  }),
  'wrong-audience': (facts) => conditions(facts, { audiences: [['https://other-sp.test']] }),
  'no-audience': (facts) => conditions(facts, { audiences: [] }),
  'wrong-recipient': (facts) => confirmation(facts, { recipient: 'https://other-sp.test/acs' }),
  'wrong-destination': () => ({ destination: 'https://other-sp.test/acs' }),
  'in-response-to-missing': (facts) => ({ inResponseTo: null, ...confirmation(facts, { inResponseTo: null }) }),
  'in-response-to-foreign': (facts) => ({
    inResponseTo: '_foreign',
    ...confirmation(facts, { inResponseTo: '_foreign' }),
  }),
  /** SAML-33: the envelope names our request, the signed assertion names none. */
  'unsolicited-spliced': (facts) => confirmation(facts, { inResponseTo: null }),
  unsolicited: (facts) => ({ inResponseTo: null, ...confirmation(facts, { inResponseTo: null }) }),
  expired: (facts) => ({
    ...confirmation(facts, { notOnOrAfter: facts.issuedAt - hour }),
    ...conditions(facts, { notOnOrAfter: facts.issuedAt - hour, notBefore: facts.issuedAt - 2 * hour }),
  }),
  'not-yet-valid': (facts) =>
    conditions(facts, { notBefore: facts.issuedAt + hour, notOnOrAfter: facts.issuedAt + 2 * hour }),
  'issued-long-ago': (facts) => ({ issuedAt: facts.issuedAt - hour }),
  'stale-authentication': (facts) => authentication(facts, { instant: facts.issuedAt - 8 * hour }),
  'session-ends-soon': (facts) => authentication(facts, { sessionNotOnOrAfter: facts.issuedAt + hour }),
  'no-subject': () => ({ nameId: null, confirmation: null }),
  'no-conditions': () => ({ conditions: null }),
  'no-statement': () => ({ authentication: null }),
  'transient-subject': () => ({
    nameId: { value: `t-${Math.random()}`, format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' },
  }),
  'missing-attribute': (facts) => ({ attributes: facts.attributes.filter(({ name }) => name !== 'cip_sid') }),
  'duplicated-attribute': (facts) => ({
    attributes: facts.attributes.flatMap((attribute) =>
      attribute.name === 'cip_email' ? [attribute, { ...attribute, values: ['second@example.test'] }] : [attribute],
    ),
  }),
  'status-error': () => ({
    statusCodes: ['urn:oasis:names:tc:SAML:2.0:status:Responder', 'urn:oasis:names:tc:SAML:2.0:status:AuthnFailed'],
    statusMessage: '<script>alert(1)</script>',
    hasAssertion: false,
  }),
  'status-error-with-assertion': () => ({ statusCodes: ['urn:oasis:names:tc:SAML:2.0:status:Requester'] }),
} satisfies Record<string, Change>;

/** These change how it is signed, in `saml-idp.ts`. */
const signingKinds = ['no-signature', 'foreign-key', 'sha1', 'assertion-altered'] as const;

export type SamlMisbehaviour = keyof typeof changes | (typeof signingKinds)[number];
export const samlMisbehaviours = [...Object.keys(changes), ...signingKinds] as readonly SamlMisbehaviour[];

export function applyMisbehaviour(facts: ResponseFacts, kind: SamlMisbehaviour | undefined): ResponseFacts {
  const change = kind !== undefined && kind in changes ? (changes as Record<string, Change>)[kind] : undefined;
  return change ? { ...facts, ...change(facts) } : facts;
}

function conditions(facts: ResponseFacts, change: Partial<NonNullable<ResponseFacts['conditions']>>) {
  return { conditions: facts.conditions && { ...facts.conditions, ...change } };
}
function confirmation(facts: ResponseFacts, change: Partial<NonNullable<ResponseFacts['confirmation']>>) {
  return { confirmation: facts.confirmation && { ...facts.confirmation, ...change } };
}
function authentication(facts: ResponseFacts, change: Partial<NonNullable<ResponseFacts['authentication']>>) {
  return { authentication: facts.authentication && { ...facts.authentication, ...change } };
}
