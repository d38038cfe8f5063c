import { lookUp, type NamespaceScope, type XmlAttribute, type XmlElement } from '../../../metadata/xml-tree.ts';

/** What is declared in the output, from the inside out; the same shape as what is declared in the document. */
type Rendered = NamespaceScope | undefined;

/**
 * Exclusive XML Canonicalization 1.0 without comments (https://www.w3.org/TR/xml-exc-c14n/) of `apex`, leaving out
 * the element `omit` (the enveloped signature).
 *
 * Two different trees never share an output, because the output can be read back: scanned, it is the same elements,
 * attributes and text without `omit` (held for arbitrary documents in canonicalize.test.ts). So a key that vouches for
 * the output vouches for this tree, and it need not be read a second time.
 */
export function canonicalize(apex: XmlElement, inclusivePrefixes: readonly string[], omit?: XmlElement): string {
  const inclusive = inclusivePrefixes.filter((prefix) => prefix !== 'xml');
  return new Writer(inclusive, omit).run(apex);
}

class Writer {
  readonly inclusive: readonly string[];
  readonly omit: XmlElement | undefined;
  output = '';

  constructor(inclusive: readonly string[], omit: XmlElement | undefined) {
    this.inclusive = inclusive;
    this.omit = omit;
  }

  run(apex: XmlElement): string {
    // Around the apex nothing is rendered; a listed prefix counts as used wherever it changes, so there and below.
    this.write(apex, undefined, this.inclusive);
    return this.output;
  }

  write(element: XmlElement, outside: Rendered, listed: readonly string[]): void {
    this.output += `<${element.name}`;
    const rendered = this.writeDeclarations(element, outside, listed);
    for (const attribute of inOrder(element.attributes)) {
      this.output += ` ${attribute.name}="${escapeAttribute(attribute.value)}"`;
    }
    this.output += '>';
    for (const child of element.children) {
      if (typeof child === 'string') this.output += escapeText(child);
      else if (child !== this.omit) this.write(child, rendered, this.listedAt(child));
    }
    this.output += `</${element.name}>`;
  }

  /** Declared further out they were rendered there already, or at the apex. */
  listedAt(element: XmlElement): readonly string[] {
    if (element.declared === 0 || this.inclusive.length === 0) return none;
    const own: string[] = [];
    let at = element.scope;
    for (let left = element.declared; left > 0 && at !== undefined; left--, at = at.outer) {
      if (this.inclusive.includes(at.prefix)) own.push(at.prefix);
    }
    return own;
  }

  /** Visibly used and listed prefixes that mean something else than outside, by prefix. */
  writeDeclarations(element: XmlElement, outside: Rendered, listed: readonly string[]): Rendered {
    const changed: { prefix: string; uri: string }[] = [];
    const consider = (prefix: string, uri: string) => {
      if (
        prefix !== 'xml' &&
        (lookUp(outside, prefix) ?? '') !== uri &&
        !changed.some((one) => one.prefix === prefix)
      ) {
        changed.push({ prefix, uri });
      }
    };
    consider(element.prefix, element.uri);
    for (const { prefix, uri } of element.attributes) if (prefix !== '') consider(prefix, uri);
    for (const prefix of listed) {
      const uri = lookUp(element.scope, prefix);
      if (uri !== undefined) consider(prefix, uri);
    }
    if (changed.length > 1) changed.sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
    let rendered = outside;
    for (const { prefix, uri } of changed) {
      this.output += `${prefix === '' ? ' xmlns' : ` xmlns:${prefix}`}="${escapeAttribute(uri)}"`;
      rendered = { prefix, uri, outer: rendered };
    }
    return rendered;
  }
}

const none: readonly string[] = [];

function inOrder(attributes: readonly XmlAttribute[]): readonly XmlAttribute[] {
  return attributes.length < 2 ? attributes : attributes.toSorted(byNamespaceThenName);
}

function byNamespaceThenName(a: XmlAttribute, b: XmlAttribute): number {
  if (a.uri !== b.uri) return a.uri < b.uri ? -1 : 1;
  return a.local < b.local ? -1 : a.local > b.local ? 1 : 0;
}

/** Text content as canonical XML writes it. Chained, because a callback per character is ten times slower. */
export function escapeText(text: string): string {
  if (!/[&<>\r]/.test(text)) return text;
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#xD;');
}

/** An attribute value as canonical XML writes it, between double quotes. */
export function escapeAttribute(value: string): string {
  if (!/[&<"\t\n\r]/.test(value)) return value;
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\t', '&#x9;')
    .replaceAll('\n', '&#xA;')
    .replaceAll('\r', '&#xD;');
}
