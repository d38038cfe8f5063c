/**
 * From untrusted bytes to the tree of a metadata document, or a `MetadataError`.
 *
 * Owns: encodings, the limits for metadata, and clear words for what is not XML (SECURITY CON-11, SAML-18, SAML-38,
 * SAML-48). Does not own: XML (`scan-xml.ts`), what elements mean (`idp-metadata.ts`), or signatures: nothing read here
 * may be taken as signed.
 */
import { MetadataError } from './metadata-error.ts';
import { type OnClose, scanXml, type XmlDialect } from './scan-xml.ts';
import { XmlError } from './xml-error.ts';
import type { XmlElement } from './xml-tree.ts';

/** An aggregate of a federation; the metadata of one provider has a hundredth of that. */
const maxBytes = 10 * 1024 * 1024;
const dialect: XmlDialect = {
  depth: 32,
  /** Of what is kept: an aggregate is read entity by entity. */
  elements: 20_000,
  attributes: 60_000,
  attributesPerElement: 64,
  namespacesInScope: 256,
  nameLength: 1024,
  comments: 'skip',
  strictNames: false,
};

/**
 * Reads a whole document and gives its root element; `onClose` decides what is kept of it. Throws `MetadataError`,
 * nothing else.
 */
export function readXml(document: Uint8Array | string, onClose?: OnClose): XmlElement {
  const text = decode(document);
  try {
    return scanXml(text, dialect, onClose);
  } catch (error) {
    if (error instanceof XmlError) throw explain(error, text);
    throw error;
  }
}

function explain(error: XmlError, text: string): MetadataError {
  switch (error.problem) {
    case 'doctype':
      return new MetadataError(
        'doctype_refused',
        'The document has a DOCTYPE. Metadata needs none, and it is refused for safety.',
      );
    case 'processing-instruction':
      return new MetadataError(
        'processing_instruction_refused',
        'The document has a processing instruction (<?…?>). Remove it.',
      );
    case 'too-many':
      return new MetadataError(
        'structure_too_big',
        `The document is too big in parts to be the metadata of identity providers: ${error.expected} are read.`,
      );
    case 'declaration':
      if (error.expected === 'UTF-8') {
        const declared = (error.received ?? '').slice(0, 40);
        return new MetadataError(
          'encoding_unsupported',
          `The document declares the encoding "${declared}". Save it as UTF-8.`,
        );
      }
      return new MetadataError('not_well_formed', 'Only XML 1.0 is read.');
    default: {
      const before = text.slice(0, error.offset).split('\n');
      const where = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
      return new MetadataError('not_well_formed', `This is not well-formed XML: ${where}: expected ${error.expected}.`);
    }
  }
}

function decode(document: Uint8Array | string): string {
  // A string has at least as many bytes as characters.
  if (document.length > maxBytes || (typeof document === 'string' && Buffer.byteLength(document) > maxBytes)) {
    throw new MetadataError(
      'too_large',
      'The document is larger than 10 MiB. Give the metadata of one identity provider.',
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
