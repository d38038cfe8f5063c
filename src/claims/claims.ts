/**
 * What an upstream asserted → the normalised identity of SPEC §4, or which attribute is wrong and why.
 *
 * Owns: encodings, required and optional, one value or several. Does not own: who the person is (`directory/`), what a
 * vendor calls its attributes (the connection says). Pure. Called by `signin/` through `normalise.ts`; the words are
 * here. No problem or explanation ever holds a value (CLM-1).
 */
import type { AttributeNames, AttributeRole } from '../../providers/provider.ts';

/** As the OpenID Provider issues them. Only what was asserted and sound is there. */
export interface NormalisedClaims {
  /** `S-1-5-21-…` */
  cip_sid?: string;
  /** Trimmed, case kept; compared without case. */
  cip_upn?: string;
  /** Lower-case GUID. */
  cip_oid?: string;
  /** Trimmed, case kept; compared without case. */
  cip_email?: string;
  name?: string;
  given_name?: string;
  family_name?: string;
  /** SIDs and object ids (lower-case GUIDs), each once. */
  groups: string[];
}
export type ClaimName = keyof NormalisedClaims;
export type SingleClaimName = Exclude<ClaimName, 'groups'>;

/** What one kind of sign-in through one connection needs. Made by `requireOfSubscriber` and `requireOfAdministrator`. */
export interface Requirement {
  required: readonly SingleClaimName[];
  /** The connection's own names, for what was not asserted at all. */
  attributes: AttributeNames;
}

/** `malformed`: badly encoded, of the wrong shape, too long, or with characters that such a value never has. */
export type ProblemReason = 'missing' | 'empty' | 'multiple' | 'malformed';

/** CLM-1: names the connection's own attribute and the claim that it feeds; never the value. */
export interface AttributeProblem {
  claim: ClaimName;
  attribute: string;
  reason: ProblemReason;
}

export type Normalisation = { ok: true; claims: NormalisedClaims } | { ok: false; problems: AttributeProblem[] };

export interface ExplainedAttribute {
  claim: ClaimName;
  attribute: string;
  required: boolean;
  /** How many values were asserted; 0 when the attribute was not there. */
  values: number;
  /** Of the first value. */
  encoding?: 'text' | 'base64' | 'bytes';
  /** `ignored`: optional and unusable, so left out. `absent`: optional and not asserted. */
  outcome: 'ok' | 'absent' | 'ignored' | 'problem';
  /** Why `problem` or `ignored`. */
  reason?: ProblemReason;
}

/** Which claim each attribute feeds. */
export const claimOfRole = {
  sid: 'cip_sid',
  upn: 'cip_upn',
  oid: 'cip_oid',
  email: 'cip_email',
  displayName: 'name',
  givenName: 'given_name',
  familyName: 'family_name',
  groups: 'groups',
} as const satisfies Record<AttributeRole, ClaimName>;

/** SPEC §4. `sidOptional` where the connection allows cloud-only accounts (CLM-3). */
export function requireOfSubscriber(attributes: AttributeNames, options: { sidOptional: boolean }): Requirement {
  const required: SingleClaimName[] = ['cip_upn', 'cip_oid', 'cip_email'];
  return { attributes, required: options.sidOptional ? required : ['cip_sid', ...required] };
}

/** An administrator needs an address; membership is judged elsewhere. */
export function requireOfAdministrator(attributes: AttributeNames): Requirement {
  return { attributes, required: ['cip_email'] };
}
