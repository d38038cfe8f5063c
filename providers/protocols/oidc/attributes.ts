/** Picks the connection's attributes out of claims, and nothing else (GWY-5): what is not on the list never leaves here. */
import {
  type AttributeNames,
  type AttributeRole,
  attributeRoles,
  type RawAttribute,
  type UpstreamIdentity,
} from '../../provider.ts';

/** A subscriber cannot do without these (SPEC §4). */
const requiredRoles: readonly AttributeRole[] = ['sid', 'upn', 'oid', 'email'];

type PickedAttributes = Partial<Record<AttributeRole, RawAttribute>>;

/** `claims`: sources in order; the first that has an attribute gives it. */
export function pickAttributes(
  names: AttributeNames,
  ...sources: readonly Readonly<Record<string, unknown>>[]
): UpstreamIdentity['raw'] {
  const raw: PickedAttributes = {};
  for (const role of attributeRoles) {
    const name = names[role];
    for (const source of sources) {
      // own properties only: a name like `constructor` finds nothing
      const values = Object.hasOwn(source, name) ? readValues(source[name]) : [];
      if (values.length === 0) continue;
      raw[role] = { name, values };
      break;
    }
  }
  return raw;
}

export function lacksRequired(raw: UpstreamIdentity['raw']): boolean {
  return requiredRoles.some((role) => raw[role] === undefined);
}

/** As asserted: text, or a list of texts. Objects and null are no values of an attribute. */
function readValues(claim: unknown): string[] {
  const list = Array.isArray(claim) ? claim : [claim];
  return list.flatMap((value) => {
    if (typeof value === 'string') return [value];
    return typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [];
  });
}
