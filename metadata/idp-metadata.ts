/**
 * What an identity provider says about itself in SAML metadata (saml-metadata-2.0-os), as far as a connection needs it.
 *
 * Owns: which elements count, and clear words for a document that cannot be used. Does not own: fetching and storing it
 * (`src/`), its signature (nobody pins a key: the person who gives the document is trusted with it, and sees the
 * difference before saving), or whether expired certificates are trusted (the connection's policy).
 * Called by the SAML provider's settings and the console's import.
 */
import { type Certificate, CertificateError, parseCertificates } from '../certs/x509.ts';
import { MetadataError } from './metadata-error.ts';
import { type FoundEntity, metadataNamespace, visitEntities } from './visit-entities.ts';
import { attributeOf, childElements, childrenNamed, textOf, type XmlElement } from './xml-tree.ts';

export interface IdpMetadata {
  /** As it stands there; need not be a URI. */
  entityId: string;
  /** At least one of the two. */
  singleSignOn: Endpoints;
  singleLogout: Endpoints;
  /** Every usable signing certificate, in document order, each once; at least one. */
  certificates: Certificate[];
  nameIdFormats: string[];
  wantAuthnRequestsSigned: boolean;
  /** Milliseconds; the earliest of those that apply. */
  validUntil?: number;
  displayName?: string;
  warnings: MetadataWarning[];
}

interface Endpoints {
  redirect?: string;
  post?: string;
}

interface MetadataWarning {
  code:
    | 'certificate_left_out'
    | 'endpoint_left_out'
    | 'endpoint_not_https'
    | 'valid_until_unreadable'
    | 'several_roles';
  message: string;
}

/** An entity of a document, for the person to pick. */
export interface ListedEntity {
  entityId: string;
  displayName?: string;
  /** Has a SAML 2.0 identity provider role; only such can be read. */
  identityProvider: boolean;
}

const namespaces = {
  metadata: metadataNamespace,
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  ui: 'urn:oasis:names:tc:SAML:metadata:ui',
};
const protocol = 'urn:oasis:names:tc:SAML:2.0:protocol';
const bindings: Readonly<Record<string, keyof Endpoints>> = {
  'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect': 'redirect',
  'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST': 'post',
};
/** What a connection takes (SECURITY CON-10). */
const maxCertificates = 10;
const maxUrlLength = 2048;

/** The entities of a document (`EntityDescriptor`, or any nesting of `EntitiesDescriptor`). Throws `MetadataError`. */
export function listEntities(document: Uint8Array | string): ListedEntity[] {
  const listed: ListedEntity[] = [];
  visitEntities(document, ({ element }) => {
    const role = findRoles(element)[0];
    const displayName = findDisplayName(element, role);
    listed.push({
      entityId: entityIdOf(element),
      ...(displayName === undefined ? {} : { displayName }),
      identityProvider: role !== undefined && entityIdOf(element) !== '',
    });
  });
  return listed;
}

/**
 * Reads one identity provider. A document with several needs `entityId` (take it from `listEntities`).
 * What is odd but usable becomes a warning. Throws `MetadataError`.
 */
export function readIdpMetadata(document: Uint8Array | string, options: { entityId?: string } = {}): IdpMetadata {
  return readEntity(pickEntity(document, options.entityId));
}

/** An identity provider of a document: read, or why it cannot be used. */
export type ReadProvider =
  | { entityId: string; metadata: IdpMetadata }
  | { entityId: string; displayName?: string; problem: MetadataError };

/**
 * Reads every identity provider in one pass, in document order, keeping none beyond `visit`; gives how many entities of
 * other kinds there are. Throws `MetadataError` for a document that cannot be read at all.
 */
export function visitIdentityProviders(
  document: Uint8Array | string,
  visit: (read: ReadProvider) => void,
): { others: number } {
  let others = 0;
  visitEntities(document, (found) => {
    const role = findRoles(found.element)[0];
    if (role === undefined) {
      others++;
      return;
    }
    const entityId = entityIdOf(found.element);
    try {
      visit({ entityId, metadata: readEntity(found) });
    } catch (error) {
      if (!(error instanceof MetadataError)) throw error;
      const displayName = findDisplayName(found.element, role);
      visit({ entityId, ...(displayName === undefined ? {} : { displayName }), problem: error });
    }
  });
  return { others };
}

function readEntity({ element, validUntil }: FoundEntity): IdpMetadata {
  const entityId = entityIdOf(element);
  if (entityId === '') throw new MetadataError('entity_id_missing', 'The EntityDescriptor has no entityID.');
  const warnings: MetadataWarning[] = [];
  const role = pickRole(element, warnings);
  const singleSignOn = readSignOn(role, warnings);
  const displayName = findDisplayName(element, role);
  const until = earliest([...validUntil, element, role], warnings);
  return {
    entityId,
    singleSignOn,
    singleLogout: readEndpoints(role, 'SingleLogoutService', warnings),
    certificates: readCertificates(role, warnings),
    nameIdFormats: [...new Set(children(role, 'NameIDFormat').map((format) => ownText(format).trim()))].filter(Boolean),
    wantAuthnRequestsSigned: ['true', '1'].includes(attributeOf(role, 'WantAuthnRequestsSigned')?.trim() ?? ''),
    ...(until === undefined ? {} : { validUntil: until }),
    ...(displayName === undefined ? {} : { displayName }),
    warnings,
  };
}

function pickEntity(document: Uint8Array | string, entityId: string | undefined): FoundEntity {
  const all = counting();
  const providers = counting();
  const wanted = counting();
  visitEntities(document, (found) => {
    all.add(found);
    if (entityId === undefined && findRoles(found.element).length > 0) providers.add(found);
    if (entityIdOf(found.element) === entityId) wanted.add(found);
  });
  if (entityId !== undefined) {
    if (wanted.count === 1) return wanted.first!;
    if (wanted.count > 1) {
      throw new MetadataError('several_entities', 'The document describes this entity ID more than once.');
    }
    throw new MetadataError('entity_not_found', 'The document has no entity with this entity ID.');
  }
  if (all.count === 1) return all.first!;
  if (providers.count === 1) return providers.first!;
  if (providers.count === 0) {
    throw new MetadataError(
      'not_an_identity_provider',
      `None of the ${all.count} entities in the document is a SAML 2.0 identity provider.`,
    );
  }
  throw new MetadataError(
    'several_entities',
    `The document describes ${providers.count} identity providers. Choose one.`,
  );
}

/** How many came by; only the first is kept. */
function counting() {
  const seen = {
    count: 0,
    first: undefined as FoundEntity | undefined,
    add(found: FoundEntity): void {
      seen.count++;
      seen.first ??= found;
    },
  };
  return seen;
}

function pickRole(entity: XmlElement, warnings: MetadataWarning[]): XmlElement {
  const [role, ...others] = findRoles(entity);
  if (role === undefined) {
    if (children(entity, 'IDPSSODescriptor').length > 0) {
      throw new MetadataError('saml2_unsupported', 'This identity provider does not say that it supports SAML 2.0.');
    }
    const also = children(entity, 'SPSSODescriptor').length > 0 ? ' It describes a service provider.' : '';
    throw new MetadataError('not_an_identity_provider', `This is not the metadata of an identity provider.${also}`);
  }
  if (others.length > 0) {
    warnings.push({
      code: 'several_roles',
      message: 'The entity describes several identity provider roles; the first is used.',
    });
  }
  return role;
}

/** Roles for SAML 2.0; a SAML 1.1 role beside them is somebody else's. */
function findRoles(entity: XmlElement): XmlElement[] {
  return children(entity, 'IDPSSODescriptor').filter((role) =>
    (attributeOf(role, 'protocolSupportEnumeration') ?? '').split(/\s+/).includes(protocol),
  );
}

function readSignOn(role: XmlElement, warnings: MetadataWarning[]): Endpoints {
  const endpoints = readEndpoints(role, 'SingleSignOnService', warnings);
  if (endpoints.redirect !== undefined || endpoints.post !== undefined) return endpoints;
  const refused = warnings.find((warning) => warning.code === 'endpoint_left_out');
  if (refused !== undefined) throw new MetadataError('sign_on_endpoint_invalid', refused.message);
  throw new MetadataError(
    'sign_on_endpoint_missing',
    'The identity provider has no SingleSignOnService for HTTP-Redirect or HTTP-POST.',
  );
}

/** The first usable address of each binding. */
function readEndpoints(role: XmlElement, name: string, warnings: MetadataWarning[]): Endpoints {
  const endpoints: Endpoints = {};
  for (const service of children(role, name)) {
    const binding = bindings[attributeOf(service, 'Binding')?.trim() ?? ''];
    if (binding === undefined || endpoints[binding] !== undefined) continue;
    const location = attributeOf(service, 'Location')?.trim() ?? '';
    const reason = reasonToRefuse(location);
    if (reason !== undefined) {
      warnings.push({
        code: 'endpoint_left_out',
        message: `The ${binding} address of ${name} cannot be used: ${reason}.`,
      });
      continue;
    }
    if (/^http:/i.test(location)) {
      warnings.push({ code: 'endpoint_not_https', message: `The ${binding} address of ${name} is not https.` });
    }
    endpoints[binding] = location;
  }
  return endpoints;
}

/** `javascript:` and the like would run in our pages; a user name in the address hides which host it is. */
function reasonToRefuse(location: string): string | undefined {
  if (location === '') return 'it is empty';
  if (location.length > maxUrlLength) return `it is longer than ${maxUrlLength} characters`;
  const url = URL.canParse(location) ? new URL(location) : undefined;
  if (url === undefined) return 'it is no absolute URL';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'it is neither https nor http';
  if (url.username !== '' || url.password !== '') return 'it contains a user name or password';
  if (url.hash !== '') return 'it has a fragment';
  return undefined;
}

/** Signing certificates: `use="signing"` and those without `use`, which are for both (saml-metadata §2.4.1.1). */
function readCertificates(role: XmlElement, warnings: MetadataWarning[]): Certificate[] {
  const texts = new Set<string>();
  for (const descriptor of children(role, 'KeyDescriptor')) {
    if ((attributeOf(descriptor, 'use')?.trim() ?? 'signing') !== 'signing') continue;
    for (const info of children(descriptor, 'KeyInfo', namespaces.signature)) {
      for (const data of children(info, 'X509Data', namespaces.signature)) {
        for (const certificate of children(data, 'X509Certificate', namespaces.signature))
          texts.add(ownText(certificate).trim());
      }
    }
  }
  if (texts.size === 0) throw new MetadataError('certificate_missing', explainMissingCertificate(role));
  if (texts.size > maxCertificates) {
    throw new MetadataError(
      'too_many_certificates',
      `The identity provider has ${texts.size} signing certificates; at most ${maxCertificates} are accepted.`,
    );
  }
  const usable = new Map<string, Certificate>();
  const refusals: string[] = [];
  for (const [index, text] of [...texts].entries()) {
    try {
      for (const certificate of parseCertificates(text)) usable.set(certificate.fingerprint, certificate);
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
      refusals.push(
        texts.size > 1 ? `Signing certificate ${index + 1} of ${texts.size}: ${error.message}` : error.message,
      );
    }
  }
  if (usable.size === 0) {
    throw new MetadataError('certificate_unusable', `No signing certificate can be used. ${refusals.join(' ')}`);
  }
  for (const message of refusals) warnings.push({ code: 'certificate_left_out', message });
  return [...usable.values()];
}

/** Some publish the element in a namespace that is almost the right one. */
function explainMissingCertificate(role: XmlElement): string {
  const missing = 'The identity provider publishes no signing certificate (KeyDescriptor with X509Certificate).';
  const stranger = children(role, 'KeyDescriptor')
    .flatMap(childElements)
    .find((child) => child.local === 'KeyInfo' && child.uri !== namespaces.signature);
  if (stranger === undefined) return missing;
  return `${missing} Its KeyInfo is in the namespace "${stranger.uri.slice(0, 120)}" instead of "${namespaces.signature}".`;
}

function earliest(elements: readonly XmlElement[], warnings: MetadataWarning[]): number | undefined {
  let result: number | undefined;
  for (const element of elements) {
    const text = attributeOf(element, 'validUntil')?.trim();
    if (text === undefined) continue;
    // xs:dateTime; SAML wants UTC (saml-core §1.3.3), so a time without zone is taken as UTC.
    const match = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,12})?(Z|[+-]\d\d:\d\d)?$/.exec(text);
    const time = match === null ? Number.NaN : Date.parse(match[1] === undefined ? `${text}Z` : text);
    if (Number.isNaN(time)) {
      warnings.push({
        code: 'valid_until_unreadable',
        message: `The validUntil of ${element.local} is no date and was ignored.`,
      });
    } else if (result === undefined || time < result) result = time;
  }
  return result;
}

/** The name for people: of the role (mdui), else of the organization; of each the English one where it has one. */
function findDisplayName(entity: XmlElement, role: XmlElement | undefined): string | undefined {
  const infos = (role === undefined ? [] : children(role, 'Extensions')).flatMap((extensions) =>
    children(extensions, 'UIInfo', namespaces.ui),
  );
  const organizations = children(entity, 'Organization');
  const candidates = [
    infos.flatMap((info) => children(info, 'DisplayName', namespaces.ui)),
    organizations.flatMap((organization) => children(organization, 'OrganizationDisplayName')),
    organizations.flatMap((organization) => children(organization, 'OrganizationName')),
  ];
  for (const names of candidates) {
    const english = names.find((name) => /^en\b/i.test(languageOf(name)));
    const chosen = english ?? names[0];
    const name = (chosen && ownText(chosen))
      ?.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
      .trim()
      .slice(0, 200);
    if (name !== undefined && name !== '') return name;
  }
  return undefined;
}

function entityIdOf(entity: XmlElement): string {
  return attributeOf(entity, 'entityID')?.trim() ?? '';
}

function children(element: XmlElement, local: string, uri = namespaces.metadata): XmlElement[] {
  return childrenNamed(element, uri, local);
}

/** This element's own text, the pieces on both sides of a child joined. */
function ownText(element: XmlElement): string {
  return textOf(element) ?? element.children.filter((child) => typeof child === 'string').join('');
}

function languageOf(element: XmlElement): string {
  return element.attributes.find(({ name }) => name === 'xml:lang')?.value ?? '';
}
