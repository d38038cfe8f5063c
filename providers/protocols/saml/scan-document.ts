/**
 * The one scanner (`metadata/scan-xml.ts`) as the SAML path uses it. What passes has no DOCTYPE, processing
 * instruction, comment or CDATA section, so that a canonical form has exactly one meaning (SAML-13 to 18), and is small
 * enough that nothing later can hold the event loop (SAML-38).
 *
 * Comments could be made harmless (they are in metadata); here they are refused, because honest providers send none and
 * every reader behind us that we have not met yet would have to be as careful.
 */
import { scanXml, type XmlDialect } from '../../../metadata/scan-xml.ts';
import { XmlError } from '../../../metadata/xml-error.ts';
import type { XmlElement } from '../../../metadata/xml-tree.ts';
import { refuse, shown } from './refuse.ts';

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
const dialect: XmlDialect = { ...scanLimits, comments: 'refuse', strictNames: true };

/** Parses `text` or throws `saml_malformed` (not XML) or `saml_structure_refused` (XML that has no business here). */
export function scanDocument(text: string): XmlElement {
  try {
    return scanXml(text, dialect);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const isMalformed = error.problem === 'malformed' || error.problem === 'declaration';
    return refuse(isMalformed ? 'saml_malformed' : 'saml_structure_refused', {
      expected: error.expected,
      ...(error.received !== undefined && { received: shown(error.received) }),
      where: 'Response',
    });
  }
}
