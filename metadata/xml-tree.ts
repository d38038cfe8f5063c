/**
 * The tree that everything made of XML is read from: elements with resolved namespaces, and text. Made only by
 * `scan-xml.ts`. An element knows what is below it and nothing of what is above or beside it: whoever holds one can
 * read nothing else (the SAML reader rests on that).
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

/** A declaration, and those that it stands in front of: looked up from the inside out. */
export interface NamespaceScope {
  /** Empty: the default namespace. */
  prefix: string;
  uri: string;
  outer: NamespaceScope | undefined;
}

export interface XmlElement {
  name: string;
  prefix: string;
  local: string;
  uri: string;
  /** Without namespace declarations. */
  attributes: readonly XmlAttribute[];
  /** Everything declared here and around, as canonicalization needs it. */
  scope: NamespaceScope | undefined;
  /** How many declarations of `scope` are this element's own. */
  declared: number;
  children: (XmlElement | string)[];
}

/** The namespace that `prefix` stands for; `undefined`: nobody declared it. */
export function lookUp(scope: NamespaceScope | undefined, prefix: string): string | undefined {
  for (let at = scope; at !== undefined; at = at.outer) if (at.prefix === prefix) return at.uri;
  return undefined;
}

export function isElement(element: XmlElement, uri: string, local: string): boolean {
  return element.local === local && element.uri === uri;
}

export function childElements(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => typeof child !== 'string');
}

export function childrenNamed(element: XmlElement, uri: string, local: string): XmlElement[] {
  const found: XmlElement[] = [];
  for (const child of element.children) {
    if (typeof child !== 'string' && child.local === local && child.uri === uri) found.push(child);
  }
  return found;
}

/** The value of an attribute without a namespace (SAML and XML Signature use no other). */
export function attributeOf(element: XmlElement, local: string): string | undefined {
  for (const attribute of element.attributes) {
    if (attribute.local === local && attribute.uri === '') return attribute.value;
  }
  return undefined;
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
