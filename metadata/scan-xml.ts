/**
 * The one XML scanner: SAML responses, metadata of identity providers, aggregates. Text in, a tree out, in one pass.
 *
 * Owns: a strict subset of XML 1.0 with namespaces, and every limit. Each character is looked at a bounded number of
 * times, nothing is built beyond a limit, and nothing outside is ever fetched: there is no document type, so there are
 * no entities but the five. What it accepts, any XML parser accepts with the same meaning (saxes, in
 * test/unit/metadata/scan-xml.test.ts); it refuses more: see `XmlDialect` and `xml-names.ts`.
 * Does not own: bytes and encodings (the callers decode), what elements mean.
 * Called by `xml-reader.ts` and `providers/protocols/saml/scan-document.ts`.
 */
import { XmlError, type XmlProblem } from './xml-error.ts';
import {
  declarationNamespace,
  endOfName,
  findForeignCharacter,
  type QualifiedName,
  resolveReferences,
  splitName,
  xmlNamespace,
} from './xml-names.ts';
import { lookUp, type NamespaceScope, type XmlAttribute, type XmlElement } from './xml-tree.ts';

export interface XmlDialect {
  depth: number;
  /** Held at once: what `onClose` drops counts no longer. The same for `attributes`. */
  elements: number;
  attributes: number;
  /** Declarations of namespaces included. */
  attributesPerElement: number;
  /** Declared on an element and its ancestors together. */
  namespacesInScope: number;
  nameLength: number;
  /** Whether comments are skipped and CDATA sections read as text, or refused. */
  comments: 'skip' | 'refuse';
  /** Only absolute namespace names of plain characters, and of `xml:…` only `lang` and `space`. */
  strictNames: boolean;
}

/** Called when an element is complete, with those around it, outermost first. `drop` leaves it out of the tree. */
export type OnClose = (element: XmlElement, around: readonly XmlElement[]) => 'keep' | 'drop';

/** Gives the root element. Throws `XmlError`. */
export function scanXml(text: string, dialect: XmlDialect, onClose?: OnClose): XmlElement {
  const foreign = findForeignCharacter(text);
  if (foreign !== -1) throw new XmlError('malformed', foreign, 'characters that XML allows');
  // XML 1.0 §2.11, before anything else.
  const unified = text.includes('\r') ? text.replaceAll('\r\n', '\n').replaceAll('\r', '\n') : text;
  return new Scanner(unified, dialect, onClose).scan();
}

interface Open {
  element: XmlElement;
  /** Counts before it, to go back to when it is dropped. */
  elements: number;
  attributes: number;
  namespaces: number;
}

/** RFC 3986 without brackets, quotes and `&`: libxml2 canonicalises nothing with another name in it (xmlsec1). */
const absoluteName =
  /^[A-Za-z][A-Za-z0-9+.-]*:(?:[!$(-;=?-Z_a-z~]|%[0-9A-Fa-f]{2})+(?:#(?:[!$(-;=?-Z_a-z~]|%[0-9A-Fa-f]{2})*)?$/;

const quote = 0x22;
const apostrophe = 0x27;
const slash = 0x2f;
const greaterThan = 0x3e;
const equals = 0x3d;

class Scanner {
  readonly text: string;
  readonly dialect: XmlDialect;
  readonly onClose: OnClose | undefined;
  readonly stack: Open[] = [];
  readonly names = new Map<string, QualifiedName>();
  readonly hasCdataEnd: boolean;
  root: XmlElement | undefined;
  at = 0;
  elements = 0;
  attributes = 0;
  namespaces = 0;

  constructor(text: string, dialect: XmlDialect, onClose: OnClose | undefined) {
    this.text = text;
    this.dialect = dialect;
    this.onClose = onClose;
    this.hasCdataEnd = text.includes(']]>');
  }

  scan(): XmlElement {
    const { text } = this;
    this.skipDeclaration();
    while (this.at < text.length) {
      const next = text.indexOf('<', this.at);
      const end = next === -1 ? text.length : next;
      if (end > this.at) this.addText(end);
      if (next !== -1) this.scanMarkup();
    }
    if (this.stack.length > 0) this.refuse('malformed', 'an end tag for every element');
    return this.root ?? this.refuse('malformed', 'an element');
  }

  /** Only at the very start; anything else that begins with `<?` is an instruction. */
  skipDeclaration(): void {
    const match = /^<\?xml[ \t\n]/.test(this.text)
      ? /^<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(["'])([^"'<>]{1,20})\1(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*(["'])([A-Za-z][A-Za-z0-9._-]{0,39})\3)?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*(["'])(?:yes|no)\5)?[ \t\n]*\?>/.exec(
          this.text.slice(0, 300),
        )
      : undefined;
    if (match === null) this.refuse('malformed', 'an XML declaration with version and encoding');
    if (match === undefined) return;
    if (match[2] !== '1.0') this.refuse('declaration', 'XML 1.0', match[2]);
    const encoding = match[4]?.toLowerCase() ?? 'utf-8';
    const isKnown =
      encoding === 'utf-8' || (!this.dialect.strictNames && (encoding === 'utf8' || encoding === 'us-ascii'));
    if (!isKnown) this.refuse('declaration', 'UTF-8', match[4]);
    this.at = match[0].length;
  }

  addText(end: number): void {
    const raw = this.text.slice(this.at, end);
    const open = this.stack.at(-1);
    if (open === undefined) {
      if (/[^ \t\n]/.test(raw)) this.refuse('malformed', 'nothing outside the root element');
    } else {
      if (this.hasCdataEnd && raw.includes(']]>')) this.refuse('malformed', 'no "]]>" in text');
      open.element.children.push(this.resolve(raw));
    }
    this.at = end;
  }

  resolve(raw: string): string {
    if (!raw.includes('&')) return raw;
    return resolveReferences(raw) ?? this.refuse('malformed', 'only the five entities of XML and character references');
  }

  scanMarkup(): void {
    const code = this.text.charCodeAt(this.at + 1);
    if (code === slash) this.closeElement();
    else if (code === 0x21) this.scanDeclaration();
    else if (code === 0x3f) this.refuseInstruction();
    else this.openElement();
  }

  refuseInstruction(): never {
    const isDeclaration = /^<\?xml[ \t\n]/.test(this.text.slice(this.at, this.at + 6));
    if (isDeclaration) this.refuse('malformed', 'nothing before the XML declaration, no blank line either');
    return this.refuse('processing-instruction', 'no processing instruction');
  }

  /** `<!…`: a comment, a CDATA section, or a document type. */
  scanDeclaration(): void {
    const { text, at } = this;
    const isComment = text.startsWith('<!--', at);
    if (!isComment && !text.startsWith('<![CDATA[', at)) this.refuse('doctype', 'no DOCTYPE or other declaration');
    if (this.dialect.comments === 'refuse') this.refuse('comment', 'no comment or CDATA section');
    const start = at + (isComment ? 4 : 9);
    const end = text.indexOf(isComment ? '--' : ']]>', start);
    if (end === -1) this.refuse('malformed', isComment ? 'the end of a comment' : 'the end of a CDATA section');
    if (isComment && text.charCodeAt(end + 2) !== greaterThan) this.refuse('malformed', 'no "--" in a comment');
    if (!isComment) {
      const open = this.stack.at(-1) ?? this.refuse('malformed', 'nothing outside the root element');
      if (end > start) open.element.children.push(text.slice(start, end));
    }
    this.at = end + 3;
  }

  openElement(): void {
    const { text, dialect, stack } = this;
    if (stack.length === 0 && this.root !== undefined) this.refuse('malformed', 'one root element');
    const before = { elements: this.elements, attributes: this.attributes, namespaces: this.namespaces };
    if (++this.elements > dialect.elements) this.tooMany('elements', dialect.elements);
    if (stack.length >= dialect.depth) this.tooMany('levels', dialect.depth);
    this.at++;
    const { name, prefix, local } = this.scanName();
    const attributes: XmlAttribute[] = [];
    const outer = stack.at(-1)?.element.scope;
    const scope = this.scanAttributes(attributes, outer);
    const uri = this.resolvePrefix(prefix, scope);
    for (const attribute of attributes) if (attribute.prefix !== '') this.qualify(attribute, attributes, scope);
    const declared = this.namespaces - before.namespaces;
    const element: XmlElement = { name, prefix, local, uri, attributes, scope, declared, children: [] };
    if (stack.length === 0) this.root = element;
    if (text.charCodeAt(this.at) === slash) {
      if (text.charCodeAt(this.at + 1) !== greaterThan) this.refuse('malformed', 'the end of a tag');
      this.at += 2;
      this.leave({ element, ...before });
    } else {
      this.at++;
      stack.push({ element, ...before });
    }
  }

  closeElement(): void {
    const { text, stack } = this;
    const open = stack.pop() ?? this.refuse('malformed', 'a start tag before its end tag');
    const { name } = open.element;
    if (!text.startsWith(name, this.at + 2)) this.refuse('malformed', 'the end tag of the element that is open');
    this.at += 2 + name.length;
    this.skipBlanks();
    if (text.charCodeAt(this.at) !== greaterThan) this.refuse('malformed', 'the end tag of the element that is open');
    this.at++;
    this.leave(open);
  }

  leave(closed: Open): void {
    this.namespaces = closed.namespaces;
    const parent = this.stack.at(-1);
    const kept =
      this.onClose?.(
        closed.element,
        this.stack.map(({ element }) => element),
      ) ?? 'keep';
    if (kept === 'keep') parent?.element.children.push(closed.element);
    else {
      this.elements = closed.elements;
      this.attributes = closed.attributes;
    }
  }

  /** Up to `>` or `/`. Fills `attributes` (prefixes not resolved yet) and gives the scope with what is declared here. */
  scanAttributes(attributes: XmlAttribute[], outer: NamespaceScope | undefined): NamespaceScope | undefined {
    const { text, dialect } = this;
    let scope = outer;
    for (let count = 0; ; ) {
      const hadBlank = this.skipBlanks();
      const code = text.charCodeAt(this.at);
      if (code === greaterThan || code === slash) return scope;
      if (!hadBlank) this.refuse('malformed', 'the end of a tag, or an attribute');
      if (++count > dialect.attributesPerElement)
        this.tooMany('attributes of an element', dialect.attributesPerElement);
      if (++this.attributes > dialect.attributes) this.tooMany('attributes', dialect.attributes);
      const { name, prefix, local } = this.scanName();
      const value = this.scanValue();
      if (prefix === 'xmlns' || name === 'xmlns') scope = this.declare(prefix === '' ? '' : local, value, scope, outer);
      else {
        if (attributes.some((other) => other.name === name)) this.refuse('malformed', 'each attribute once');
        attributes.push({ name, prefix, local, uri: '', value });
      }
    }
  }

  scanName(): QualifiedName {
    const end = endOfName(this.text, this.at);
    if (end === this.at) this.refuse('malformed', 'a name');
    if (end - this.at > this.dialect.nameLength) this.tooMany('characters in a name', this.dialect.nameLength);
    const written = this.text.slice(this.at, end);
    this.at = end;
    let name = this.names.get(written);
    if (name === undefined) {
      name = splitName(written);
      this.names.set(written, name);
    }
    return name;
  }

  /** `="…"`, with references resolved and blanks normalized as for CDATA attributes (XML 1.0 §3.3.3). */
  scanValue(): string {
    const { text } = this;
    this.skipBlanks();
    if (text.charCodeAt(this.at) !== equals) this.refuse('malformed', '= after the name of an attribute');
    this.at++;
    this.skipBlanks();
    const code = text.charCodeAt(this.at);
    if (code !== quote && code !== apostrophe) this.refuse('malformed', 'the value of an attribute in quotes');
    const end = text.indexOf(code === quote ? '"' : "'", this.at + 1);
    if (end === -1) this.refuse('malformed', 'the end of the value of an attribute');
    const raw = text.slice(this.at + 1, end);
    if (raw.includes('<')) this.refuse('malformed', 'no "<" in the value of an attribute');
    const value = this.resolve(/[\t\n]/.test(raw) ? raw.replaceAll('\t', ' ').replaceAll('\n', ' ') : raw);
    this.at = end + 1;
    return value;
  }

  /** Namespaces in XML 1.0 §3 and §4. */
  declare(
    prefix: string,
    uri: string,
    scope: NamespaceScope | undefined,
    outer: NamespaceScope | undefined,
  ): NamespaceScope {
    for (let own = scope; own !== outer; own = own?.outer) {
      if (own?.prefix === prefix) this.refuse('malformed', 'each prefix declared once');
    }
    const isReserved =
      prefix === 'xmlns' || uri === declarationNamespace || (prefix === 'xml') !== (uri === xmlNamespace);
    if (isReserved || (prefix !== '' && uri === '')) this.refuse('malformed', 'a namespace that may be declared');
    // Quotes and markup in a namespace name are rendered unescaped by some canonicalisers (xml-crypto 6.3.2), and a
    // relative name means different things to different readers: SAML-16.
    if (this.dialect.strictNames && uri !== '' && !absoluteName.test(uri)) {
      this.refuse('namespace', 'absolute namespace names', uri);
    }
    if (++this.namespaces > this.dialect.namespacesInScope) {
      this.tooMany('namespaces in scope', this.dialect.namespacesInScope);
    }
    return { prefix, uri, outer: scope };
  }

  qualify(attribute: XmlAttribute, all: readonly XmlAttribute[], scope: NamespaceScope | undefined): void {
    const uri = this.resolvePrefix(attribute.prefix, scope);
    const { local, name } = attribute;
    if (this.dialect.strictNames && uri === xmlNamespace && local !== 'lang' && local !== 'space') {
      this.refuse('attribute', 'no xml:base and no xml:id', name);
    }
    if (all.some((other) => other.uri === uri && other.local === local))
      this.refuse('malformed', 'each attribute once');
    attribute.uri = uri;
  }

  resolvePrefix(prefix: string, scope: NamespaceScope | undefined): string {
    if (prefix === 'xml') return xmlNamespace;
    const uri = lookUp(scope, prefix);
    if (uri === undefined && prefix !== '') this.refuse('malformed', 'only prefixes that are declared', prefix);
    return uri ?? '';
  }

  skipBlanks(): boolean {
    const start = this.at;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x09) return this.at > start;
      this.at++;
    }
  }

  refuse(problem: XmlProblem, expected: string, received?: string): never {
    throw new XmlError(problem, this.at, expected, received);
  }

  tooMany(what: string, limit: number): never {
    return this.refuse('too-many', `at most ${limit} ${what}`);
  }
}
