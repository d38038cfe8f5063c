import { xmlNamespace } from './namespaces.ts';
import type { XmlAttribute, XmlElement } from './xml-tree.ts';

type Scope = ReadonlyMap<string, string>;

/**
 * Exclusive XML Canonicalization 1.0 without comments (https://www.w3.org/TR/xml-exc-c14n/) of `apex`, leaving out
 * the element `omit` (the enveloped signature). Two documents never share an output: the scan leaves only elements,
 * attributes and text, and each is escaped here.
 */
export function canonicalize(apex: XmlElement, inclusivePrefixes: readonly string[], omit?: XmlElement): string {
  const output: string[] = [];
  const inclusive = new Set(inclusivePrefixes);
  write(apex, scopeAbove(apex), new Map(), inclusive, omit, output);
  return output.join('');
}

function write(
  element: XmlElement,
  scopeOutside: Scope,
  renderedOutside: Scope,
  inclusive: ReadonlySet<string>,
  omit: XmlElement | undefined,
  output: string[],
): void {
  const scope = withDeclarations(scopeOutside, element);
  const needed = new Set([
    element.prefix,
    ...element.attributes.map((attribute) => attribute.prefix || element.prefix),
  ]);
  for (const prefix of inclusive) if (scope.has(prefix)) needed.add(prefix);
  needed.delete('xml');

  output.push('<', element.name);
  let rendered = renderedOutside;
  for (const prefix of [...needed].sort()) {
    const uri = scope.get(prefix) ?? '';
    if ((renderedOutside.get(prefix) ?? '') === uri) continue;
    if (rendered === renderedOutside) rendered = new Map(renderedOutside);
    (rendered as Map<string, string>).set(prefix, uri);
    output.push(prefix === '' ? ' xmlns="' : ` xmlns:${prefix}="`, escapeAttribute(uri), '"');
  }
  for (const attribute of [...element.attributes].sort(byNamespaceThenName)) {
    output.push(' ', attribute.name, '="', escapeAttribute(attribute.value), '"');
  }
  output.push('>');
  for (const child of element.children) {
    if (typeof child === 'string') output.push(escapeText(child));
    else if (child !== omit) write(child, scope, rendered, inclusive, omit, output);
  }
  output.push('</', element.name, '>');
}

/** What the ancestors of the apex declare; the apex's own declarations come in `write`. */
function scopeAbove(apex: XmlElement): Scope {
  const ancestors: XmlElement[] = [];
  for (let element = apex.parent; element; element = element.parent) ancestors.unshift(element);
  return ancestors.reduce(withDeclarations, new Map([['xml', xmlNamespace]]) as Scope);
}

function withDeclarations(scope: Scope, element: XmlElement): Scope {
  if (element.namespaces.length === 0) return scope;
  const inner = new Map(scope);
  for (const { prefix, uri } of element.namespaces) inner.set(prefix, uri);
  return inner;
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
