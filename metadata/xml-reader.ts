/**
 * From untrusted bytes to a small tree, or a `MetadataError`.
 *
 * Owns: every limit and refusal at the level of XML (SECURITY CON-11, SAML-18, SAML-38, SAML-48). One pass, no DOM, no
 * external anything: document types and processing instructions are refused, entities are the five of XML.
 * Does not own: what elements mean (`idp-metadata.ts`), or signatures: nothing read here may be taken as signed.
 */
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { MetadataError } from './metadata-error.ts';

export interface XmlElement {
  /** Namespace by URI; prefixes mean nothing. */
  uri: string;
  local: string;
  /** Attributes in no namespace by name, and `xml:lang`. */
  attributes: ReadonlyMap<string, string>;
  children: readonly XmlElement[];
  /** This element's own character data, pieces on both sides of a comment or child joined. */
  text: string;
}

const maxBytes = 1024 * 1024;
const maxDepth = 32;
const maxElements = 20_000;
const maxAttributesPerElement = 64;
const maxAttributes = 60_000;

/** Reads a whole document and gives its root element. Throws `MetadataError`, nothing else. */
export function readXml(document: Uint8Array | string): XmlElement {
  const text = decode(document);
  const parser = new SaxesParser({ xmlns: true, position: true });
  const builder = createTreeBuilder();
  parser.on('error', (error) => {
    throw new MetadataError('not_well_formed', `This is not well-formed XML: ${describe(error.message)}`);
  });
  parser.on('xmldecl', ({ version, encoding }) => {
    if (version !== '1.0') throw new MetadataError('not_well_formed', 'Only XML 1.0 is read.');
    if (typeof document !== 'string') checkDeclaredEncoding(encoding);
  });
  parser.on('doctype', () => {
    throw new MetadataError(
      'doctype_refused',
      'The document has a DOCTYPE. Metadata needs none, and it is refused for safety.',
    );
  });
  parser.on('processinginstruction', () => {
    throw new MetadataError(
      'processing_instruction_refused',
      'The document has a processing instruction (<?…?>). Remove it.',
    );
  });
  parser.on('attribute', builder.attribute);
  parser.on('opentag', builder.open);
  parser.on('closetag', builder.close);
  parser.on('text', builder.text);
  parser.on('cdata', builder.text);
  parser.write(text).close();
  return builder.root();
}

function createTreeBuilder() {
  type Building = { uri: string; local: string; attributes: Map<string, string>; children: Building[]; text: string };
  const stack: Building[] = [];
  let root: Building | undefined;
  let elements = 0;
  let attributes = 0;
  let attributesHere = 0;
  return {
    /** Counts before saxes resolves them, so that a tag of 100,000 attributes ends early. */
    attribute(): void {
      attributes++;
      attributesHere++;
      if (attributesHere > maxAttributesPerElement || attributes > maxAttributes) throw tooBig('attributes');
    },
    open(tag: SaxesTagNS): void {
      attributesHere = 0;
      elements++;
      if (elements > maxElements) throw tooBig('elements');
      if (stack.length >= maxDepth) throw tooBig('nested elements');
      const element: Building = { uri: tag.uri, local: tag.local, attributes: new Map(), children: [], text: '' };
      for (const attribute of Object.values(tag.attributes)) {
        if (attribute.uri === '') element.attributes.set(attribute.local, attribute.value);
        // The prefix `xml` cannot be bound to anything else.
        else if (attribute.name === 'xml:lang') element.attributes.set('xml:lang', attribute.value);
      }
      stack.at(-1)?.children.push(element);
      root ??= element;
      stack.push(element);
    },
    close(): void {
      stack.pop();
    },
    text(piece: string): void {
      const element = stack.at(-1);
      if (element !== undefined) element.text += piece;
    },
    root(): XmlElement {
      if (root === undefined) throw new MetadataError('not_well_formed', 'The document has no element.');
      return root;
    },
  };
}

function tooBig(what: string): MetadataError {
  return new MetadataError(
    'structure_too_big',
    `The document has too many ${what} to be the metadata of identity providers.`,
  );
}

function decode(document: Uint8Array | string): string {
  const bytes = typeof document === 'string' ? Buffer.byteLength(document, 'utf8') : document.length;
  if (bytes > maxBytes) {
    throw new MetadataError(
      'too_large',
      'The document is larger than 1 MiB. Give the metadata of one identity provider.',
    );
  }
  if (typeof document === 'string') return document.replace(/^\uFEFF/, '');
  const [first, second] = document;
  if ((first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe) || first === 0 || second === 0) {
    throw new MetadataError('encoding_unsupported', 'The document is in UTF-16 or UTF-32. Save it as UTF-8.');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(document);
  } catch {
    throw new MetadataError('encoding_unsupported', 'The document is not valid UTF-8. Save it as UTF-8.');
  }
}

function checkDeclaredEncoding(encoding: string | undefined): void {
  if (encoding === undefined || /^(utf-?8|us-ascii)$/i.test(encoding)) return;
  throw new MetadataError(
    'encoding_unsupported',
    `The document declares the encoding "${encoding.slice(0, 40)}". Save it as UTF-8.`,
  );
}

/** saxes says `line:column: what`; it may quote the document, so its length is bounded. */
function describe(message: string): string {
  const hint = /XML declaration/.test(message) ? ' Remove what stands before it, blank lines too.' : '';
  const [, line, column, what = ''] = /^(?:(\d+):(\d+): )?([\s\S]*?)\.?$/.exec(message) ?? [];
  const where = line === undefined ? '' : `line ${line}, column ${column}: `;
  return `${where}${what.slice(0, 200)}.${hint}`;
}
