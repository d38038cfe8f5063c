/**
 * The tree that everything in this folder reads: elements with resolved namespaces, and text. Made only by
 * `scan-document.ts`; there is no second parser, so no two parsers can disagree.
 */
export interface XmlAttribute {
  /** As written, prefix included. */
  name: string;
  prefix: string;
  local: string;
  /** Empty: no namespace. */
  uri: string;
  value: string;
}

export interface NamespaceDeclaration {
  /** Empty: the default namespace. */
  prefix: string;
  uri: string;
}

export interface XmlElement {
  name: string;
  prefix: string;
  local: string;
  uri: string;
  /** Without namespace declarations. */
  attributes: readonly XmlAttribute[];
  /** Only those declared on this element. */
  namespaces: readonly NamespaceDeclaration[];
  children: (XmlElement | string)[];
  parent: XmlElement | undefined;
}

export function isElement(element: XmlElement, uri: string, local: string): boolean {
  return element.local === local && element.uri === uri;
}

export function childElements(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => typeof child !== 'string');
}

export function childrenNamed(element: XmlElement, uri: string, local: string): XmlElement[] {
  return childElements(element).filter((child) => isElement(child, uri, local));
}

/** The value of an attribute without a namespace (SAML and XML Signature use no other). */
export function attributeOf(element: XmlElement, local: string): string | undefined {
  return element.attributes.find((attribute) => attribute.uri === '' && attribute.local === local)?.value;
}

/** Text of an element that holds only text; `undefined` when it has child elements. */
export function textOf(element: XmlElement): string | undefined {
  let text = '';
  for (const child of element.children) {
    if (typeof child !== 'string') return undefined;
    text += child;
  }
  return text;
}

/** The element and everything below it, in document order. Depth is bounded by the scan. */
export function* allElements(element: XmlElement): Generator<XmlElement> {
  yield element;
  for (const child of element.children) if (typeof child !== 'string') yield* allElements(child);
}
