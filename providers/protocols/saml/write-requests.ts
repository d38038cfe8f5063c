/** The two messages that we send, as text. Every value is escaped, and none comes from a browser unchecked. */
import { escapeAttribute, escapeText } from './canonicalize.ts';
import type { NameId } from './check-subject.ts';
import type { AuthenticationContext } from './expectations.ts';
import { bindingPost, samlAssertion, samlProtocol, unspecifiedFormat } from './namespaces.ts';
import { isoTime } from './read-instant.ts';
import { makeSignature, type RequestSigner } from './sign-document.ts';

interface RequestHeader {
  id: string;
  /** Milliseconds. */
  issuedAt: number;
  destination: string;
  /** Our entity ID. */
  issuer: string;
}

export interface AuthnRequest extends RequestHeader {
  acsUrl: string;
  forceAuthentication: boolean;
  context?: AuthenticationContext;
}

/** An ID that nobody can guess or repeat: `_` and 160 bits (SAML core §1.3.4 wants 128 at least). */
export function makeRequestId(random: (bytes: number) => Uint8Array): string {
  return `_${Buffer.from(random(20)).toString('hex')}`;
}

/**
 * SAML core §3.4.1. No context is asked for unless configured: Entra answers a wrong guess with AADSTS75011.
 * With `signer`, an enveloped signature goes in (HTTP-POST); HTTP-Redirect signs the query instead.
 */
export function writeAuthnRequest(request: AuthnRequest, signer?: RequestSigner): string {
  const attributes = [
    attribute('AssertionConsumerServiceURL', request.acsUrl),
    attribute('Destination', request.destination),
    request.forceAuthentication ? attribute('ForceAuthn', 'true') : '',
    attribute('ID', request.id),
    attribute('IssueInstant', isoTime(request.issuedAt)),
    attribute('ProtocolBinding', bindingPost),
    attribute('Version', '2.0'),
  ].join('');
  const render = (signature: string) =>
    [
      `<samlp:AuthnRequest xmlns:samlp="${samlProtocol}"${attributes}>`,
      issuerOf(request),
      signature,
      `<samlp:NameIDPolicy AllowCreate="true" Format="${unspecifiedFormat}"></samlp:NameIDPolicy>`,
      request.context ? requestedContext(request.context) : '',
      '</samlp:AuthnRequest>',
    ].join('');
  return render(signer ? makeSignature(render(''), signer) : '');
}

function requestedContext(context: AuthenticationContext): string {
  const reference = `<saml:AuthnContextClassRef xmlns:saml="${samlAssertion}">${escapeText(context.class)}</saml:AuthnContextClassRef>`;
  const comparison = attribute('Comparison', context.comparison);
  return `<samlp:RequestedAuthnContext${comparison}>${reference}</samlp:RequestedAuthnContext>`;
}

export interface LogoutRequest extends RequestHeader {
  nameId: NameId;
  sessionIndex?: string;
}

/** SAML core §3.7.1. Never signed (SML-2). */
export function writeLogoutRequest(request: LogoutRequest): string {
  const { nameId, sessionIndex } = request;
  const attributes = [
    attribute('Destination', request.destination),
    attribute('ID', request.id),
    attribute('IssueInstant', isoTime(request.issuedAt)),
    attribute('Version', '2.0'),
  ].join('');
  const qualifiers = [
    nameId.format === undefined ? '' : attribute('Format', nameId.format),
    nameId.nameQualifier === undefined ? '' : attribute('NameQualifier', nameId.nameQualifier),
    nameId.spNameQualifier === undefined ? '' : attribute('SPNameQualifier', nameId.spNameQualifier),
  ].join('');
  return [
    `<samlp:LogoutRequest xmlns:samlp="${samlProtocol}"${attributes}>`,
    issuerOf(request),
    `<saml:NameID xmlns:saml="${samlAssertion}"${qualifiers}>${escapeText(nameId.value)}</saml:NameID>`,
    sessionIndex === undefined ? '' : `<samlp:SessionIndex>${escapeText(sessionIndex)}</samlp:SessionIndex>`,
    '</samlp:LogoutRequest>',
  ].join('');
}

function issuerOf(request: RequestHeader): string {
  return `<saml:Issuer xmlns:saml="${samlAssertion}">${escapeText(request.issuer)}</saml:Issuer>`;
}

function attribute(name: string, value: string): string {
  return ` ${name}="${escapeAttribute(value)}"`;
}
