import { MetadataError } from './metadata-error.ts';
import { readXml } from './xml-reader.ts';
import { isElement, type XmlElement } from './xml-tree.ts';

export const metadataNamespace = 'urn:oasis:names:tc:SAML:2.0:metadata';

/** An entity and the groups around it, whose `validUntil` limits it too. */
export interface FoundEntity {
  element: XmlElement;
  validUntil: readonly XmlElement[];
}

/**
 * Every entity as it comes by. In an aggregate none is kept beyond `visit`, so that the memory needed is that of the
 * text and one entity.
 */
export function visitEntities(document: Uint8Array | string, visit: (found: FoundEntity) => void): void {
  let count = 0;
  const root = readXml(document, (element, around) => {
    if (!around.every((group) => is(group, 'EntitiesDescriptor'))) return 'keep';
    if (is(element, 'EntityDescriptor')) {
      count++;
      visit({ element, validUntil: around });
    }
    return 'drop';
  });
  if (!is(root, 'EntityDescriptor') && !is(root, 'EntitiesDescriptor')) {
    throw new MetadataError(
      'not_metadata',
      `This is no SAML metadata: it begins with <${root.local.slice(0, 60)}> of the namespace "${root.uri.slice(0, 120)}".`,
    );
  }
  if (count === 0) throw new MetadataError('not_metadata', 'The document lists no entity.');
}

function is(element: XmlElement, local: string): boolean {
  return isElement(element, metadataNamespace, local);
}
