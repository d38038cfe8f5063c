/**
 * node-saml with xml-crypto, asked for the signature only: times, audience and the rest of the profile are off (most
 * of it node-saml never looks at). The identity is read from the bytes that it verified, with its own DOM.
 */
import { SAML } from '@node-saml/node-saml';
import { DOMParser } from '@xmldom/xmldom';
import { ground } from '../support/upstreams/saml/crafted.ts';
import { attributeNames } from './originals.ts';
import { silenceConsole } from './quiet.ts';

export interface Identity {
  nameId: string;
  /** Name → values, in document order; without nil and blank ones. */
  attributes: Record<string, string[]>;
}
export type OracleAnswer = Identity | { refused: string };

const saml = 'urn:oasis:names:tc:SAML:2.0:assertion';
const schemaInstance = 'http://www.w3.org/2001/XMLSchema-instance';

/** As much of xmldom's elements as is needed; its own types are those of a browser. */
interface XmlDomElement {
  nodeType: number;
  localName: string | null;
  namespaceURI: string | null;
  textContent: string | null;
  childNodes: ArrayLike<XmlDomElement>;
  getAttribute(name: string): string | null;
  getAttributeNS(namespace: string, name: string): string | null;
}

/** `ask(xml, signed)`: `signed` says which of the two must carry a signature that verifies. */
export function createOracle(certificate: string) {
  const instances = new Map<string, SAML>();
  const instance = (response: boolean, assertion: boolean) => {
    const name = `${response} ${assertion}`;
    const found = instances.get(name);
    if (found) return found;
    const made = new SAML({
      idpCert: certificate,
      issuer: ground.spEntityId,
      callbackUrl: ground.acsUrl,
      entryPoint: 'https://idp.test/sso',
      audience: false,
      acceptedClockSkewMs: -1,
      wantAuthnResponseSigned: response,
      wantAssertionsSigned: assertion,
    });
    instances.set(name, made);
    return made;
  };

  return async function ask(
    bytes: Uint8Array,
    signed: { response: boolean; assertion: boolean } = { response: false, assertion: false },
  ): Promise<OracleAnswer> {
    const SAMLResponse = Buffer.from(bytes).toString('base64');
    const restoreConsole = silenceConsole();
    try {
      const { profile } = await instance(signed.response, signed.assertion).validatePostResponseAsync({ SAMLResponse });
      const assertion = profile?.getAssertionXml?.();
      return assertion === undefined ? { refused: 'no assertion' } : readIdentity(assertion);
    } catch (reason) {
      return { refused: (reason as Error).message.slice(0, 120) };
    } finally {
      restoreConsole();
    }
  };
}

/** From verified bytes. */
function readIdentity(assertion: string): Identity {
  const root = new DOMParser().parseFromString(assertion, 'text/xml').documentElement as unknown as XmlDomElement;
  const subject = childrenOf(root, 'Subject')[0];
  const nameId = subject && childrenOf(subject, 'NameID')[0];
  const attributes: Record<string, string[]> = Object.create(null);
  for (const statement of childrenOf(root, 'AttributeStatement')) {
    for (const attribute of childrenOf(statement, 'Attribute')) {
      const name = attribute.getAttribute('Name') ?? '';
      if (!attributeNames.includes(name)) continue;
      for (const value of childrenOf(attribute, 'AttributeValue')) {
        if (['true', '1'].includes(value.getAttributeNS(schemaInstance, 'nil') ?? '')) continue;
        const text = value.textContent ?? '';
        if (text.trim() === '') continue;
        attributes[name] = [...(attributes[name] ?? []), text];
      }
    }
  }
  return { nameId: nameId?.textContent ?? '', attributes };
}

function childrenOf(element: XmlDomElement, local: string): XmlDomElement[] {
  return Array.from(element.childNodes).filter(
    (child) => child.nodeType === 1 && child.localName === local && child.namespaceURI === saml,
  );
}
