/**
 * Every real document field by field against a reader that shares nothing with ours: @xmldom/xmldom builds the tree, and
 * the fields are looked up here as the standard names them (saml-metadata-2.0-os §2.4).
 */
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { DOMParser } from '@xmldom/xmldom';
import { expect, it } from 'vitest';
import { readIdpMetadata } from '../../../metadata/idp-metadata.ts';
import { MetadataError } from '../../../metadata/metadata-error.ts';
import { settingsOfMetadata } from '../../../providers/saml/from-metadata.ts';
import { samlSettings } from '../../../providers/saml/settings.ts';
import { describeWithFixtures, hasSharedFixtures, sharedFixtures } from '../../support/skips.ts';

const folder = new URL('idp-metadata/real/', sharedFixtures);
const files = hasSharedFixtures ? readdirSync(folder).sort() : [];
const md = 'urn:oasis:names:tc:SAML:2.0:metadata';
const ds = 'http://www.w3.org/2000/09/xmldsig#';

interface Fields {
  entityId: string | null;
  singleSignOn: Record<string, string>;
  singleLogout: Record<string, string>;
  /** DER, Base64. */
  certificates: string[];
  nameIdFormats: string[];
  wantAuthnRequestsSigned: boolean;
  validUntil: number | undefined;
}

interface Node {
  childNodes: ArrayLike<Node>;
  namespaceURI: string | null;
  localName: string;
  textContent: string | null;
  getAttribute(name: string): string | null;
  getElementsByTagNameNS(uri: string, name: string): ArrayLike<Node>;
}

function below(parent: Node, uri: string, name: string): Node[] {
  return Array.from(parent.childNodes).filter((node) => node.namespaceURI === uri && node.localName === name);
}

function readIndependently(text: string): Fields {
  const document = new DOMParser().parseFromString(text.replace(/^\uFEFF/, ''), 'text/xml');
  const entity = document.documentElement as unknown as Node;
  const role = below(entity, md, 'IDPSSODescriptor').find((node) =>
    node.getAttribute('protocolSupportEnumeration')?.includes('urn:oasis:names:tc:SAML:2.0:protocol'),
  )!;
  const endpoints = (name: string): Record<string, string> => {
    const found: Record<string, string> = {};
    for (const service of below(role, md, name)) {
      const binding = /bindings:HTTP-(POST|Redirect)$/.exec(service.getAttribute('Binding') ?? '')?.[1]?.toLowerCase();
      const location = service.getAttribute('Location')?.trim() ?? '';
      if (binding !== undefined && location !== '') found[binding] ??= location;
    }
    return found;
  };
  const certificates = below(role, md, 'KeyDescriptor')
    .filter((key) => ['', 'signing'].includes(key.getAttribute('use') ?? ''))
    .flatMap((key) => Array.from(key.getElementsByTagNameNS(ds, 'X509Certificate')))
    .map((node) => (node.textContent ?? '').replace(/\s/g, ''));
  const dates = [entity, role].flatMap((node) => {
    const date = node.getAttribute('validUntil');
    return date ? [Date.parse(date)] : [];
  });
  return {
    entityId: entity.getAttribute('entityID'),
    singleSignOn: endpoints('SingleSignOnService'),
    singleLogout: endpoints('SingleLogoutService'),
    certificates: [...new Set(certificates)].filter(isUsable),
    nameIdFormats: [...new Set(below(role, md, 'NameIDFormat').map((node) => (node.textContent ?? '').trim()))],
    wantAuthnRequestsSigned: /^(true|1)$/.test(role.getAttribute('WantAuthnRequestsSigned') ?? ''),
    validUntil: dates.length === 0 ? undefined : Math.min(...dates),
  };
}

/** A connection takes RSA from 2048 bits (SAML-22); what is no certificate is none. */
function isUsable(der: string): boolean {
  try {
    const { publicKey } = new X509Certificate(Buffer.from(der, 'base64'));
    return publicKey.asymmetricKeyType === 'rsa' && (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
  } catch {
    return false;
  }
}

describeWithFixtures('real metadata, read by us and by somebody else', () => {
  it.each(files)('is the same in every field: %s', (file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const theirs = readIndependently(text);
    let ours: ReturnType<typeof readIdpMetadata>;
    try {
      ours = readIdpMetadata(text);
    } catch (error) {
      // Refused by us only for what the document has not got: a usable key, or an address.
      expect(error).toBeInstanceOf(MetadataError);
      const lacks = theirs.certificates.length === 0 || Object.keys(theirs.singleSignOn).length === 0;
      expect(lacks || (error as MetadataError).code === 'certificate_unusable').toBe(true);
      return;
    }
    const { certificates, entityId, singleSignOn, singleLogout, nameIdFormats, wantAuthnRequestsSigned, validUntil } =
      ours;
    expect({
      entityId,
      singleSignOn,
      singleLogout,
      certificates: certificates.map(({ der }) => der),
      nameIdFormats,
      wantAuthnRequestsSigned,
      validUntil,
    }).toEqual(theirs);
    // And a connection takes all of it over.
    const settings = samlSettings.parse({ ...settingsOfMetadata(ours) });
    expect(settings.entityId).toBe(theirs.entityId);
    expect(settings.singleSignOnUrl).toBe(theirs.singleSignOn[settings.binding]);
    expect(settings.certificates).toHaveLength(theirs.certificates.length);
    expect(settings.logoutUrl).toBe(theirs.singleLogout.redirect);
    if (theirs.wantAuthnRequestsSigned) expect(settings.signRequests).toBe(true);
  });

  it('leaves out no more than the six documents that cannot be used', () => {
    const refused = files.filter((file) => {
      try {
        readIdpMetadata(readFileSync(new URL(file, folder)));
        return false;
      } catch {
        return true;
      }
    });
    expect(refused).toHaveLength(6);
  });
});
