/** What a password must be (SPEC CIT-2). Pure: hashing is in `credentials.ts`. */
import { commonPasswordWords } from './common-passwords.ts';

/** What can be seen while somebody types: browsers test the same patterns (flags `su`), so that both say the same. */
export const typedRules = {
  length: '^.{8,128}$',
  upper_case: '\\p{Lu}',
  lower_case: '\\p{Ll}',
  number: '[0-9]',
  mark: '[!@#$%^*?+=\\-]',
} as const;
export type TypedRule = keyof typeof typedRules;
const keeps = (rule: TypedRule, password: string): boolean => new RegExp(typedRules[rule], 'su').test(password);

/** The last three need more than the password: hashes of this person's, and a database (`passwords.ts`). */
const passwordProblems = [
  'too_short',
  'too_long',
  'no_upper_case',
  'no_lower_case',
  'no_number',
  'no_mark',
  'like_name',
  'too_common',
  'same_as_current',
  'used_before',
  'compromised',
] as const;
export type PasswordProblem = (typeof passwordProblems)[number];

export const passwordProblemTexts: Readonly<Record<PasswordProblem, string>> = {
  too_short: 'must have at least 8 characters',
  too_long: 'must have at most 128 characters',
  no_upper_case: 'must hold an upper-case letter',
  no_lower_case: 'must hold a lower-case letter',
  no_number: 'must hold a number',
  no_mark: 'must hold one of ! @ # $ % ^ * ? + = -',
  like_name: 'must not resemble the email address or the name',
  too_common: 'is one of the passwords that everybody guesses first',
  same_as_current: 'is the current password',
  used_before: 'is one of the five passwords before the current one',
  compromised: 'is known from a data breach',
};

/** Every rule that it breaks. `names`: email address, display name and whatever else is known of the person. */
export function problemsOfPassword(password: string, names: readonly string[]): PasswordProblem[] {
  const length = [...password].length;
  // Nothing else is worth computing on a megabyte (SECURITY ID-14).
  if (length > 128) return ['too_long'];
  const problems: PasswordProblem[] = [];
  if (length < 8) problems.push('too_short');
  if (!keeps('upper_case', password)) problems.push('no_upper_case');
  if (!keeps('lower_case', password)) problems.push('no_lower_case');
  if (!keeps('number', password)) problems.push('no_number');
  if (!keeps('mark', password)) problems.push('no_mark');
  if (resemblesName(password, names)) problems.push('like_name');
  if (isCommonPassword(password)) problems.push('too_common');
  return problems;
}

function resemblesName(password: string, names: readonly string[]): boolean {
  const spellings = [password.normalize('NFKC').toLowerCase(), plainLetters(password)];
  return partsOfNames(names).some((part) => spellings.some((spelling) => spelling.includes(part)));
}

/** Of an email address the local part, of a name its words; those of four letters or more, in lower case. */
export function partsOfNames(names: readonly string[]): string[] {
  const parts = names.flatMap((name) =>
    name
      .normalize('NFKC')
      .toLowerCase()
      .replace(/@.*$/, '')
      .split(/[\s.,_+-]+/),
  );
  return [...new Set(parts.filter((part) => part.length >= 4))];
}

/** A common word with at most four characters around it, or the same few characters over and over. */
export function isCommonPassword(password: string): boolean {
  if (new Set(password.toLowerCase()).size <= 4) return true;
  const letters = plainLetters(password);
  for (const word of [letters, ...letters.split(/[^a-z]+/)]) {
    if (commonPasswordWords.has(word) && password.length - word.length <= 4) return true;
  }
  // The substitutions above turn the digits of `Password123!` into letters as well: look without them too.
  const bare = password.toLowerCase().replace(/[^a-z]+/g, '');
  return commonPasswordWords.has(bare) && password.length - bare.length <= 5;
}

const substitutions: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
};

/** `P@ssw0rd-1` → `password`: the usual substitutions undone, then what is not a letter cut off at both ends. */
function plainLetters(password: string): string {
  const core = password.toLowerCase().replace(/^[^a-z@$]+|[^a-z@$]+$/g, '');
  return core.replace(/[@43!10$57]/g, (character) => substitutions[character] ?? character);
}
