import { attributeOf, childrenNamed, textOf, type XmlElement } from '../../../metadata/xml-tree.ts';
import { samlAssertion, schemaInstance } from './namespaces.ts';
import { refuse, shown } from './refuse.ts';

const maxValues = 1000;
const maxValueBytes = 1024;

/**
 * The attributes of the allow-list, by exact `Name` (`FriendlyName` is decoration and never matches). All values are
 * kept, those of a repeated Attribute together: whether one or several are right is judged in `claims/` (CLM-2).
 * Nil and empty values assert nothing. A Map, so that `__proto__` is a name like any other (SAML-43).
 */
export function readAttributes(
  assertion: XmlElement,
  names: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const attributes = new Map<string, string[]>();
  for (const statement of childrenNamed(assertion, samlAssertion, 'AttributeStatement')) {
    for (const attribute of childrenNamed(statement, samlAssertion, 'Attribute')) {
      const name = attributeOf(attribute, 'Name');
      if (name === undefined || !names.has(name)) continue;
      const values = attributes.get(name) ?? [];
      for (const element of childrenNamed(attribute, samlAssertion, 'AttributeValue')) {
        const value = readValue(element, name);
        if (value !== undefined) values.push(value);
      }
      if (values.length > maxValues) refused(name, `at most ${maxValues} values`);
      if (values.length > 0) attributes.set(name, values);
    }
  }
  return attributes;
}

function readValue(element: XmlElement, name: string): string | undefined {
  const nil = element.attributes.find((attribute) => attribute.uri === schemaInstance && attribute.local === 'nil');
  if (nil?.value === 'true' || nil?.value === '1') return undefined;
  const value = textOf(element);
  if (value === undefined) return refused(name, 'text');
  if (Buffer.byteLength(value) > maxValueBytes) return refused(name, `at most ${maxValueBytes} bytes`);
  return value.trim() === '' ? undefined : value;
}

function refused(name: string, expected: string): never {
  return refuse('saml_attribute_refused', { expected, where: `attribute ${shown(name)}` });
}
