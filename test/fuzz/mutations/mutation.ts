import type { Random } from '../random.ts';

/** Gives a changed text, or the same when there is nothing to change. `other` is another signed response. */
export type Mutation = (xml: string, random: Random, other: string) => string;
