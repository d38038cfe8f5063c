/**
 * SAML 2.0 as an upstream (SPEC §10): sends an AuthnRequest, proves the response, picks attributes.
 *
 * Owns: which messages are sent how, and what of the verified assertion becomes the identity. Does not own: whether a
 * response is genuine (`protocols/saml/read-response.ts`), what attributes mean (`src/claims`), replay (`once`).
 * A connection with its own service provider entity ID (SML-8) is made by passing that ID in `installation.saml`.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { CertificateError, parseCertificates } from '../../certs/x509.ts';
import { ProviderError } from '../errors.ts';
import type { NameId } from '../protocols/saml/check-subject.ts';
import { decodeBase64 } from '../protocols/saml/decode-response.ts';
import { readSamlResponse, type VerifiedAssertion } from '../protocols/saml/read-response.ts';
import { redirectUrl } from '../protocols/saml/redirect-binding.ts';
import type { RequestSigner } from '../protocols/saml/sign-document.ts';
import type { SigningCertificate } from '../protocols/saml/signature-kernel.ts';
import { makeRequestId, writeAuthnRequest, writeLogoutRequest } from '../protocols/saml/write-requests.ts';
import {
  type AttributeRole,
  attributeRoles,
  type BeginRequest,
  type BeginResult,
  type Callback,
  type ChecksConnection,
  type ExpiringPart,
  type FlowState,
  type Installation,
  type Ports,
  type ProviderDefinition,
  type RawAttribute,
  type RedirectProvider,
  type SignsOutUpstream,
  type UpstreamIdentity,
} from '../provider.ts';
import { checkSamlConnection } from './check.ts';
import { type SamlSettings, samlDescriptions, samlSettings } from './settings.ts';
import { subjectOf } from './subject.ts';

export const saml: ProviderDefinition<SamlSettings> = {
  kind: 'saml',
  label: 'SAML 2.0',
  about: {
    en: 'Any provider that speaks SAML 2.0, such as AD FS, Entra ID, Google or OneLogin.',
    ja: 'SAML 2.0に対応するプロバイダー（AD FS、Entra ID、Google、OneLoginなど）でサインインします。',
  },
  administrators: 'groups',
  subscribers: true,
  callback: 'saml/acs',
  schema: samlSettings,
  descriptions: samlDescriptions,
  expiring: readExpiring,
  create: createSamlProvider,
};

export function createSamlProvider(
  settings: SamlSettings,
  ports: Ports,
  installation: Installation,
): RedirectProvider & SignsOutUpstream & ChecksConnection {
  const spEntityId = installation.saml.entityId;
  const signer = once(() => readSigner(installation));
  const certificates = once(() => settings.certificates.flatMap(readCertificates));
  const decryptionKeys = once(() => (installation.saml.decryptionKeys ?? []).map((pem) => createPrivateKey(pem)));
  const names = new Set(Object.values(settings.attributes));

  function logCertificate({ certificate, certificateState }: VerifiedAssertion): void {
    const { fingerprint, notAfter } = certificate;
    const fields = { fingerprint, notAfter, idp: settings.entityId };
    if (certificateState !== 'valid') ports.log.warn(fields, `SAML signing certificate is ${certificateState}`);
    const position = certificates().indexOf(certificate) + 1;
    // A rollover at the provider: when all answers come with the next one, the first can go.
    if (position > 1)
      ports.log.info({ ...fields, position }, 'SAML response signed with another than the first certificate');
  }

  return {
    kind: 'redirect',

    async begin(request: BeginRequest): Promise<BeginResult> {
      const { callbackUrl: acsUrl, forceAuthentication, handle } = request;
      const { singleSignOnUrl: url, context } = settings;
      const id = makeRequestId(ports.random);
      const issuedAt = ports.now();
      const message = {
        id,
        issuedAt,
        destination: url,
        issuer: spEntityId,
        acsUrl,
        forceAuthentication,
        ...(context && { context }),
      };
      const key = settings.signRequests ? signer() : undefined;
      const remember = {
        requestId: id,
        requestedAt: issuedAt,
        forceAuthentication,
        acsUrl,
        idpEntityId: settings.entityId,
        spEntityId,
      };
      if (settings.binding === 'redirect') {
        return { send: { method: 'GET', url: redirectUrl(url, writeAuthnRequest(message), handle, key) }, remember };
      }
      const SAMLRequest = Buffer.from(writeAuthnRequest(message, key)).toString('base64');
      return { send: { method: 'POST', url, fields: { SAMLRequest, RelayState: handle } }, remember };
    },

    async complete(callback: Callback, remembered: FlowState): Promise<UpstreamIdentity> {
      const response = callback.parameters.SAMLResponse;
      if (callback.method !== 'POST' || typeof response !== 'string') {
        throw new ProviderError('callback_invalid', {
          detail: { expected: 'POST with SAMLResponse', received: callback.method },
        });
      }
      const state = readState(remembered);
      // The connection may have been edited while the person was away; the answer belongs to what we asked.
      if (state.idpEntityId !== settings.entityId || state.spEntityId !== spEntityId) {
        throw new ProviderError('saml_issuer_mismatch', {
          detail: { expected: settings.entityId, received: state.idpEntityId, note: 'the connection was changed' },
        });
      }
      const now = ports.now();
      const { signatures, certificateExpiry, context, encryption } = settings;
      const expectations = {
        ...state,
        signatures,
        certificateExpiry,
        ...(context && { context }),
        ...(encryption !== 'refuse' && {
          encryption: { required: encryption === 'require', keys: decryptionKeys() },
        }),
        certificates: certificates(),
        attributeNames: names,
      };
      const assertion = readSamlResponse(decodeBase64(response), expectations, now);
      logCertificate(assertion);
      return toIdentity(assertion, settings, spEntityId, now);
    },

    check: () => checkSamlConnection(settings.singleSignOnUrl, certificates(), ports),

    /** SML-2: an unsigned LogoutRequest by redirect; what comes back is recognised by `handle` alone. */
    async signOutUrl(signOut: FlowState, _returnTo: string, handle: string): Promise<string | undefined> {
      const { logoutUrl } = settings;
      const nameId = readNameId(signOut);
      if (logoutUrl === undefined || nameId === undefined) return undefined;
      const id = makeRequestId(ports.random);
      const { sessionIndex } = signOut;
      const message = writeLogoutRequest({
        id,
        issuedAt: ports.now(),
        destination: logoutUrl,
        issuer: spEntityId,
        nameId,
        ...(typeof sessionIndex === 'string' && { sessionIndex }),
      });
      return redirectUrl(logoutUrl, message, handle);
    },
  };
}

function toIdentity(
  assertion: VerifiedAssertion,
  settings: SamlSettings,
  spEntityId: string,
  now: number,
): UpstreamIdentity {
  const raw: Partial<Record<AttributeRole, RawAttribute>> = {};
  for (const role of attributeRoles) {
    const name = settings.attributes[role];
    const values = assertion.attributes.get(name);
    if (values) raw[role] = { name, values };
  }
  const { nameId, authentication } = assertion;
  const { authnInstant, contextClass, sessionIndex, sessionNotOnOrAfter } = authentication;
  return {
    subject: subjectOf(nameId, assertion.issuer, spEntityId, raw.oid),
    raw,
    authenticatedAt: authnInstant,
    methods: [],
    ...(contextClass !== undefined && { context: contextClass }),
    ...(sessionNotOnOrAfter !== undefined && { notOnOrAfter: sessionNotOnOrAfter }),
    once: assertion.once,
    signedWith: assertion.certificate.fingerprint,
    signOut: {
      nameId: nameId.value,
      format: nameId.format ?? null,
      nameQualifier: nameId.nameQualifier ?? null,
      spNameQualifier: nameId.spNameQualifier ?? null,
      sessionIndex: sessionIndex ?? null,
    },
    clockSkew: assertion.issuedAt - now,
  };
}

function readNameId(signOut: FlowState): NameId | undefined {
  const { nameId: value, format, nameQualifier, spNameQualifier } = signOut;
  if (typeof value !== 'string') return undefined;
  return {
    value,
    ...(typeof format === 'string' && { format }),
    ...(typeof nameQualifier === 'string' && { nameQualifier }),
    ...(typeof spNameQualifier === 'string' && { spNameQualifier }),
  };
}

/** What `begin` remembered. Ours, so anything else is a fault in the program and never an answer to believe. */
function readState(state: FlowState) {
  const { requestId, requestedAt, forceAuthentication, acsUrl, idpEntityId, spEntityId } = state;
  if (
    typeof requestId !== 'string' ||
    typeof requestedAt !== 'number' ||
    typeof forceAuthentication !== 'boolean' ||
    typeof acsUrl !== 'string' ||
    typeof idpEntityId !== 'string' ||
    typeof spEntityId !== 'string'
  ) {
    throw new ProviderError('callback_invalid', { detail: { expected: 'the state of a SAML request' } });
  }
  return { requestId, requestedAt, forceAuthentication, acsUrl, idpEntityId, spEntityId };
}

function readSigner(installation: Installation): RequestSigner {
  return {
    key: createPrivateKey(installation.saml.signingKey),
    certificate: new X509Certificate(installation.saml.signingCertificate).raw.toString('base64'),
  };
}

function readCertificates(pem: string): SigningCertificate[] {
  return parseCertificates(pem).map(({ pem: one, notBefore, notAfter, fingerprint }) => ({
    publicKey: new X509Certificate(one).publicKey,
    notBefore,
    notAfter,
    fingerprint,
  }));
}

function readExpiring({ certificates }: Readonly<Record<string, unknown>>): ExpiringPart[] {
  const texts = Array.isArray(certificates) ? certificates.filter((each) => typeof each === 'string') : [];
  return texts.flatMap((pem) => {
    try {
      return parseCertificates(pem).map(({ fingerprint: id, subject: name, notAfter }) => ({ id, name, notAfter }));
    } catch (error) {
      // A draft says so itself.
      if (error instanceof CertificateError) return [];
      throw error;
    }
  });
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
