/** Judges the values of one attribute. Pure; called by `claims.ts` only. */
import { parseGuid } from '../../providers/protocols/guid.ts';
import { parseSid } from '../../providers/protocols/sid.ts';
import type { ProblemReason, SingleClaimName } from './claims.ts';

type Value = string | Uint8Array;
export type Judgement<T> = { value: T } | { reason: ProblemReason };

/** Longest accepted: userPrincipalName as in Active Directory's schema, an address with the limits of RFC 5321. */
const longest = { upn: 1_024, email: 64 + 1 + 255, name: 256, groups: 2_000 };

/**
 * Letters of any script, digits and the signs of a dot-atom (RFC 5322, RFC 6532). No quoted local part: nobody's
 * directory has one, and quotes, brackets and spaces are what injections are made of. `#EXT#` of Entra's guests fits.
 */
const address = /^[\p{L}\p{M}\p{N}.!#$%&'*+/=?^_`{|}~-]+@[\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{M}\p{N}_-]+)*$/u;
/** Control characters, broken surrogates, line and paragraph breaks, and what turns the direction of reading. */
const unfitForName = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

const read: Record<SingleClaimName, (value: Value) => string | undefined> = {
  cip_sid: parseSid,
  cip_oid: parseGuid,
  cip_upn: (value) => readAddress(value, longest.upn),
  cip_email: (value) => readAddress(value, longest.email),
  name: readName,
  given_name: readName,
  family_name: readName,
};

/** CLM-2: two values are a problem even when they are equal; which one counted would be the asserter's guess. */
export function judgeValues(claim: SingleClaimName, values: readonly Value[]): Judgement<string> {
  if (values.length > 1) return { reason: 'multiple' };
  const [first] = values;
  const only = typeof first === 'string' ? first.trim() : first;
  if (only === undefined || only.length === 0) return { reason: 'empty' };
  const value = read[claim](only);
  return value === undefined ? { reason: 'malformed' } : { value };
}

/**
 * SIDs (SAML: SML-6) and object ids as text (Azure AD: AAD-4), each once. What is neither, such as a name, is left out;
 * a group can only ever add access, and only one of the connection that it was entered for.
 */
export function judgeGroups(values: readonly Value[]): Judgement<string[]> {
  if (values.length === 0) return { reason: 'empty' };
  // More groups than fit into any Windows token (1,015): somebody is trying something.
  if (values.length > longest.groups) return { reason: 'malformed' };
  const found = new Set(values.map(readGroup).filter((group) => group !== undefined));
  return found.size === 0 ? { reason: 'malformed' } : { value: [...found] };
}

function readGroup(value: Value): string | undefined {
  const only = typeof value === 'string' ? value.trim() : value;
  return parseSid(only) ?? (typeof only === 'string' && only.includes('-') ? parseGuid(only) : undefined);
}

function readAddress(value: Value, limit: number): string | undefined {
  return typeof value === 'string' && value.length <= limit && address.test(value) ? value : undefined;
}

function readName(value: Value): string | undefined {
  return typeof value === 'string' && value.length <= longest.name && !unfitForName.test(value) ? value : undefined;
}
