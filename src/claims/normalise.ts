/**
 * From what was asserted to claims: `normalise` at each sign-in, `explain` for "Test and Finish". Pure; neither throws,
 * whatever was asserted.
 */
import { type AttributeRole, attributeRoles, type UpstreamIdentity } from '../../providers/provider.ts';
import { judgeGroups, judgeValues } from './attributes.ts';
import {
  type AttributeProblem,
  type ClaimName,
  claimOfRole,
  type ExplainedAttribute,
  type Normalisation,
  type NormalisedClaims,
  type ProblemReason,
  type Requirement,
} from './claims.ts';

type Raw = UpstreamIdentity['raw'];

/** All problems at once, in the order of SPEC §4. */
export function normalise(raw: Raw, requirement: Requirement): Normalisation {
  return normaliseJudged(judgeAll(raw, requirement));
}

/** One line for each attribute that the connection maps. */
export function explain(raw: Raw, requirement: Requirement): ExplainedAttribute[] {
  return judgeAll(raw, requirement).map(({ explained }) => explained);
}

/** Both, judged once. */
export function normaliseAndExplain(
  raw: Raw,
  requirement: Requirement,
): { normalisation: Normalisation; attributes: ExplainedAttribute[] } {
  const judged = judgeAll(raw, requirement);
  return { normalisation: normaliseJudged(judged), attributes: judged.map(({ explained }) => explained) };
}

function normaliseJudged(judged: readonly Judged[]): Normalisation {
  const claims: NormalisedClaims = { groups: [] };
  const problems: AttributeProblem[] = [];
  for (const { claim, value, explained } of judged) {
    const { attribute, outcome, reason } = explained;
    if (outcome === 'problem' && reason) problems.push({ claim, attribute, reason });
    if (outcome !== 'ok') continue;
    if (claim === 'groups') claims.groups = value as string[];
    else claims[claim] = value as string;
  }
  return problems.length === 0 ? { ok: true, claims } : { ok: false, problems };
}

/** An attribute with what was asserted and what became of it: for nobody but the person whose it is. */
export interface ExaminedAttribute extends ExplainedAttribute {
  /** Bytes in hexadecimal; the first few, each cut where it is very long. */
  asserted: readonly string[];
  /** The claim; absent where there is none. */
  normalised?: string | readonly string[];
}

/** The same with values. */
export function examine(raw: Raw, requirement: Requirement): ExaminedAttribute[] {
  return judgeAll(raw, requirement).map(({ claim, explained, value }) => ({
    ...explained,
    asserted: assertedOf(raw, claim),
    ...(value !== undefined && { normalised: value }),
  }));
}

const shownValues = 20;
const shownLength = 300;

function assertedOf(raw: Raw, claim: ClaimName): string[] {
  const role = attributeRoles.find((candidate) => claimOfRole[candidate] === claim);
  const values = (role && Object.hasOwn(raw, role) && raw[role]?.values) || [];
  return values
    .slice(0, shownValues)
    .map((value) => (typeof value === 'string' ? value : Buffer.from(value).toString('hex')).slice(0, shownLength));
}

interface Judged {
  claim: ClaimName;
  value?: string | string[];
  explained: ExplainedAttribute;
}

function judgeAll(raw: Raw, requirement: Requirement): Judged[] {
  return attributeRoles.map((role) => judgeRole(role, raw, requirement));
}

function judgeRole(role: AttributeRole, raw: Raw, { required: requiredClaims, attributes }: Requirement): Judged {
  const claim = claimOfRole[role];
  const asserted = Object.hasOwn(raw, role) ? raw[role] : undefined;
  const required = claim !== 'groups' && requiredClaims.includes(claim);
  const values = asserted?.values ?? [];
  const explained = { claim, attribute: asserted?.name ?? attributes[role], required, values: values.length };
  const [first] = values;
  const seen = first === undefined ? explained : { ...explained, encoding: encodingOf(claim, first) };

  if (asserted === undefined) {
    return {
      claim,
      explained: required ? { ...seen, outcome: 'problem', reason: 'missing' } : { ...seen, outcome: 'absent' },
    };
  }
  const judgement = claim === 'groups' ? judgeGroups(values) : judgeValues(claim, values);
  if ('value' in judgement) return { claim, value: judgement.value, explained: { ...seen, outcome: 'ok' } };
  const outcome = required || !isForgiven(claim, judgement.reason) ? 'problem' : 'ignored';
  return { claim, explained: { ...seen, outcome, reason: judgement.reason } };
}

/**
 * Names and groups are left out when unusable: they decide nothing by being absent. An identifier that is not required
 * may be empty; asserted and wrong, it stops the sign-in all the same (CLM-1), for the mapping is wrong then.
 */
function isForgiven(claim: ClaimName, reason: ProblemReason): boolean {
  return !claim.startsWith('cip_') || reason === 'empty';
}

/** Every text form of a SID or GUID has a hyphen, Base64 never has one. */
function encodingOf(claim: ClaimName, value: string | Uint8Array): 'text' | 'base64' | 'bytes' {
  if (typeof value !== 'string') return 'bytes';
  return (claim === 'cip_sid' || claim === 'cip_oid') && !value.includes('-') ? 'base64' : 'text';
}
