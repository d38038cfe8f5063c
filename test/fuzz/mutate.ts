/** Which mutations befall a document. Owns the weights; the mutations themselves are in `mutations/`. */
import { harmlessMutations } from './mutations/harmless.ts';
import type { Mutation } from './mutations/mutation.ts';
import { attributeMutations, namespaceMutations } from './mutations/namespaces.ts';
import { signatureMutations, wrappingAttacks } from './mutations/signatures.ts';
import { structureMutations } from './mutations/structure.ts';
import { byteMutations, textMutations } from './mutations/text.ts';
import type { Random } from './random.ts';

export interface Mutated {
  bytes: Uint8Array;
  /** Names of what was done, in order. */
  steps: string[];
}

const families: readonly (readonly [weight: number, Record<string, Mutation>])[] = [
  [3, structureMutations],
  [3, namespaceMutations],
  [3, attributeMutations],
  [3, textMutations],
  [3, signatureMutations],
  [1, wrappingAttacks],
  [4, harmlessMutations],
];
const lottery = families.flatMap(([weight, family]) => Array.from({ length: weight }, () => family));
/** A document does not grow without end by copies of itself. */
const maxLength = 200_000;

/** One to four mutations; a third of all documents gets harmless ones only. */
export function mutate(xml: string, random: Random, other: string): Mutated {
  const steps: string[] = [];
  const isHarmless = random.chance(0.33);
  let text = xml;
  for (let left = 1 + random.int(4); left > 0; left--) {
    const family = isHarmless ? harmlessMutations : random.pick(lottery);
    const name = random.pick(Object.keys(family));
    const changed = family[name]!(text, random, other);
    if (changed.length > maxLength) break;
    if (changed !== text) steps.push(name);
    text = changed;
  }
  let bytes = Buffer.from(text);
  if (!isHarmless && random.chance(0.06)) {
    const name = random.pick(Object.keys(byteMutations));
    bytes = byteMutations[name]!(bytes, random) as typeof bytes;
    steps.push(name);
  }
  return { bytes, steps };
}
