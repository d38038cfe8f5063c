/**
 * A SAML response as text, each part as told, also wrong: written without the code that reads it.
 * `null` leaves a part out. Values are escaped; `extra…` goes in as it is.
 */
import { randomBytes } from 'node:crypto';

export interface ResponseFacts {
  responseId: string;
  assertionId: string;
  version: string;
  /** Milliseconds. */
  issuedAt: number;
  responseIssuer: string | null;
  issuer: string | null;
  destination: string | null;
  inResponseTo: string | null;
  statusCodes: readonly string[];
  statusMessage: string | null;
  nameId: { value: string; format?: string; nameQualifier?: string; spNameQualifier?: string } | null;
  confirmation: {
    method: string;
    recipient: string | null;
    inResponseTo: string | null;
    notOnOrAfter: number | null;
    notBefore: number | null;
  } | null;
  conditions: {
    notBefore: number | null;
    notOnOrAfter: number | null;
    /** A list per AudienceRestriction. */
    audiences: readonly (readonly string[])[];
    extra: string;
  } | null;
  authentication: {
    instant: number | null;
    contextClass: string;
    sessionIndex: string | null;
    sessionNotOnOrAfter: number | null;
  } | null;
  attributes: readonly { name: string; values: readonly string[]; friendlyName?: string }[];
  /** Inside the AttributeStatement. */
  extraAttributes: string;
  /** After the last statement of the assertion. */
  extraInAssertion: string;
  /** Between Status and Assertion. */
  extraInResponse: string;
  /** Without it the response carries none. */
  hasAssertion: boolean;
}

export interface GenuineGround {
  idpEntityId: string;
  spEntityId: string;
  acsUrl: string;
  requestId: string;
  /** Milliseconds. */
  now: number;
}

export const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
const statusPrefix = 'urn:oasis:names:tc:SAML:2.0:status:';
export const passwordContext = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport';
export const persistent = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';

/** What an honest identity provider says about somebody who has just signed in. */
export function genuineFacts(ground: GenuineGround): ResponseFacts {
  const { now } = ground;
  return {
    responseId: newId(),
    assertionId: newId(),
    version: '2.0',
    issuedAt: now,
    responseIssuer: ground.idpEntityId,
    issuer: ground.idpEntityId,
    destination: ground.acsUrl,
    inResponseTo: ground.requestId,
    statusCodes: [`${statusPrefix}Success`],
    statusMessage: null,
    nameId: { value: 'person-1', format: persistent },
    confirmation: {
      method: bearer,
      recipient: ground.acsUrl,
      inResponseTo: ground.requestId,
      notOnOrAfter: now + 300_000,
      notBefore: null,
    },
    conditions: { notBefore: now - 30_000, notOnOrAfter: now + 300_000, audiences: [[ground.spEntityId]], extra: '' },
    authentication: {
      instant: now,
      contextClass: passwordContext,
      sessionIndex: newId(),
      sessionNotOnOrAfter: null,
    },
    attributes: [],
    extraAttributes: '',
    extraInAssertion: '',
    extraInResponse: '',
    hasAssertion: true,
  };
}

export function newId(): string {
  return `_${randomBytes(16).toString('hex')}`;
}

export function writeResponse(facts: ResponseFacts): string {
  const head = attributes({
    ID: facts.responseId,
    Version: facts.version,
    IssueInstant: time(facts.issuedAt),
    Destination: facts.destination,
    InResponseTo: facts.inResponseTo,
  });
  return [
    '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"',
    ` xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"${head}>`,
    facts.responseIssuer === null ? '' : `<saml:Issuer>${escapeXml(facts.responseIssuer)}</saml:Issuer>`,
    status(facts),
    facts.extraInResponse,
    facts.hasAssertion ? writeAssertion(facts) : '',
    '</samlp:Response>',
  ].join('');
}

export function writeAssertion(facts: ResponseFacts): string {
  const head = attributes({ ID: facts.assertionId, Version: facts.version, IssueInstant: time(facts.issuedAt) });
  return [
    '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema"',
    ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"${head}>`,
    facts.issuer === null ? '' : `<saml:Issuer>${escapeXml(facts.issuer)}</saml:Issuer>`,
    subject(facts),
    conditions(facts),
    authentication(facts),
    attributeStatement(facts),
    facts.extraInAssertion,
    '</saml:Assertion>',
  ].join('');
}

function status({ statusCodes, statusMessage }: ResponseFacts): string {
  const codes = statusCodes.reduceRight(
    (inner, code) => `<samlp:StatusCode Value="${escapeXml(code)}">${inner}</samlp:StatusCode>`,
    '',
  );
  const message =
    statusMessage === null ? '' : `<samlp:StatusMessage>${escapeXml(statusMessage)}</samlp:StatusMessage>`;
  return `<samlp:Status>${codes}${message}</samlp:Status>`;
}

function subject({ nameId, confirmation }: ResponseFacts): string {
  if (nameId === null && confirmation === null) return '';
  const identifier =
    nameId === null
      ? ''
      : `<saml:NameID${attributes({
          Format: nameId.format,
          NameQualifier: nameId.nameQualifier,
          SPNameQualifier: nameId.spNameQualifier,
        })}>${escapeXml(nameId.value)}</saml:NameID>`;
  const confirmed =
    confirmation === null
      ? ''
      : `<saml:SubjectConfirmation Method="${escapeXml(confirmation.method)}"><saml:SubjectConfirmationData${attributes(
          {
            NotBefore: time(confirmation.notBefore),
            NotOnOrAfter: time(confirmation.notOnOrAfter),
            Recipient: confirmation.recipient,
            InResponseTo: confirmation.inResponseTo,
          },
        )}/></saml:SubjectConfirmation>`;
  return `<saml:Subject>${identifier}${confirmed}</saml:Subject>`;
}

function conditions({ conditions: facts }: ResponseFacts): string {
  if (facts === null) return '';
  const restrictions = facts.audiences.map(
    (list) =>
      `<saml:AudienceRestriction>${list
        .map((audience) => `<saml:Audience>${escapeXml(audience)}</saml:Audience>`)
        .join('')}</saml:AudienceRestriction>`,
  );
  const times = attributes({ NotBefore: time(facts.notBefore), NotOnOrAfter: time(facts.notOnOrAfter) });
  return `<saml:Conditions${times}>${restrictions.join('')}${facts.extra}</saml:Conditions>`;
}

function authentication({ authentication: facts }: ResponseFacts): string {
  if (facts === null) return '';
  const head = attributes({
    AuthnInstant: time(facts.instant),
    SessionIndex: facts.sessionIndex,
    SessionNotOnOrAfter: time(facts.sessionNotOnOrAfter),
  });
  return [
    `<saml:AuthnStatement${head}><saml:AuthnContext><saml:AuthnContextClassRef>${escapeXml(facts.contextClass)}`,
    '</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>',
  ].join('');
}

function attributeStatement(facts: ResponseFacts): string {
  if (facts.attributes.length === 0 && facts.extraAttributes === '') return '';
  const written = facts.attributes.map(({ name, values, friendlyName }) => {
    const head = attributes({
      Name: name,
      NameFormat: 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic',
      FriendlyName: friendlyName,
    });
    const inner = values.map(
      (value) => `<saml:AttributeValue xsi:type="xs:string">${escapeXml(value)}</saml:AttributeValue>`,
    );
    return `<saml:Attribute${head}>${inner.join('')}</saml:Attribute>`;
  });
  return `<saml:AttributeStatement>${written.join('')}${facts.extraAttributes}</saml:AttributeStatement>`;
}

function attributes(values: Readonly<Record<string, string | null | undefined>>): string {
  return Object.entries(values)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
    .join('');
}

function time(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
