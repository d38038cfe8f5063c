/**
 * The only XML parser of the SAML path, linear and limited: it refuses before it builds. What passes has no DOCTYPE,
 * processing instruction, comment or CDATA section, so that a canonical form has exactly one meaning (SAML-13 to 18),
 * and is small enough that nothing later can hold the event loop (SAML-38; measured in `read-response.ts`).
 */
import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes';
import { xmlNamespace } from './namespaces.ts';
import { refuse, shown } from './refuse.ts';
import type { NamespaceDeclaration, XmlAttribute, XmlElement } from './xml-tree.ts';

export const scanLimits = {
  depth: 40,
  /** A response with 150 groups has fewer than 250. */
  elements: 1500,
  attributesPerElement: 32,
  /** xsi and xs declared on each AttributeValue, as Java providers do, are 3 per element. */
  attributes: 5000,
  /** Declared on an element and its ancestors together. Real responses have fewer than ten. */
  namespacesInScope: 64,
  nameLength: 256,
} as const;

/** Parses `text` or throws `saml_malformed` (not XML) or `saml_structure_refused` (XML that has no business here). */
export function scanDocument(text: string): XmlElement {
  refuseMarkup(text);
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: XmlElement[] = [];
  const namespacesInScope: number[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  let attributes = 0;
  let attributesHere = 0;

  parser.on('error', () => refuse('saml_malformed', { expected: 'well-formed XML' }));
  parser.on('xmldecl', (declaration) => {
    if (declaration.version !== '1.0' || (declaration.encoding ?? 'utf-8').toLowerCase() !== 'utf-8') {
      refuse('saml_malformed', { expected: 'XML 1.0 in UTF-8', received: shown(declaration.encoding) });
    }
  });
  parser.on('opentagstart', (tag) => {
    attributesHere = 0;
    if (++elements > scanLimits.elements) tooMany('elements', scanLimits.elements);
    if (open.length >= scanLimits.depth) tooMany('levels', scanLimits.depth);
    if (tag.name.length > scanLimits.nameLength) tooMany('characters in a name', scanLimits.nameLength);
  });
  parser.on('attribute', () => {
    if (++attributesHere > scanLimits.attributesPerElement) {
      tooMany('attributes of an element', scanLimits.attributesPerElement);
    }
    if (++attributes > scanLimits.attributes) tooMany('attributes', scanLimits.attributes);
  });
  parser.on('opentag', (tag) => {
    const element = toElement(tag, open.at(-1));
    if (element.parent === undefined) root = element;
    else element.parent.children.push(element);
    const inScope = (namespacesInScope.at(-1) ?? 0) + element.namespaces.length;
    if (inScope > scanLimits.namespacesInScope) tooMany('namespaces in scope', scanLimits.namespacesInScope);
    open.push(element);
    namespacesInScope.push(inScope);
  });
  parser.on('text', (value) => {
    open.at(-1)?.children.push(value);
  });
  parser.on('closetag', () => {
    open.pop();
    namespacesInScope.pop();
  });
  parser.write(text).close();
  return root ?? refuse('saml_malformed', { expected: 'an XML document' });
}

/**
 * `<` begins nothing but markup in well-formed XML, so these two searches find every DOCTYPE, entity declaration,
 * comment, CDATA section and processing instruction before a parser sees them.
 */
function refuseMarkup(text: string): void {
  if (text.includes('<!')) {
    refuse('saml_structure_refused', { expected: 'no DOCTYPE, comment or CDATA section', where: 'Response' });
  }
  const declaration = text.startsWith('<?xml ') ? 2 : 0;
  if (text.indexOf('<?', declaration) !== -1) {
    refuse('saml_structure_refused', { expected: 'no processing instruction', where: 'Response' });
  }
}

function toElement(tag: SaxesTagNS, parent: XmlElement | undefined): XmlElement {
  const attributes: XmlAttribute[] = [];
  const namespaces: NamespaceDeclaration[] = [];
  for (const attribute of Object.values(tag.attributes)) {
    if (attribute.name === 'xmlns' || attribute.prefix === 'xmlns') namespaces.push(toDeclaration(attribute));
    else attributes.push(toAttribute(attribute));
  }
  const { name, prefix, local, uri } = tag;
  return { name, prefix, local, uri, attributes, namespaces, children: [], parent };
}

function toDeclaration(attribute: SaxesAttributeNS): NamespaceDeclaration {
  const prefix = attribute.name === 'xmlns' ? '' : attribute.local;
  const uri = attribute.value;
  // Quotes and markup in a namespace name are rendered unescaped by some canonicalisers (xml-crypto 6.3.2), and a
  // relative name means different things to different readers: SAML-16.
  if (uri !== '' && !/^[A-Za-z][A-Za-z0-9+.-]*:[^\s"'<>&]+$/.test(uri)) {
    refuse('saml_structure_refused', { expected: 'absolute namespace names', received: shown(uri) });
  }
  return { prefix, uri };
}

function toAttribute(attribute: SaxesAttributeNS): XmlAttribute {
  const { name, prefix, local, uri, value } = attribute;
  if (uri === xmlNamespace && local !== 'lang' && local !== 'space') {
    refuse('saml_structure_refused', { expected: 'no xml:base and no xml:id', received: shown(name) });
  }
  return { name, prefix, local, uri, value };
}

function tooMany(what: string, limit: number): never {
  return refuse('saml_structure_refused', { expected: `at most ${limit} ${what}`, where: 'Response' });
}
