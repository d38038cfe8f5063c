/** Phone numbers as people write them, in the one form of E.164. Pure. */

/**
 * `+` and 7 to 15 digits, the first not 0. Spaces, hyphens, dots, brackets and full-width characters are tidied away, and
 * a leading `00` stands for `+`. Undefined when it is no number with its country code: which country a bare national
 * number belongs to is not guessed.
 */
export function normalizePhoneNumber(typed: string): string | undefined {
  const text = typed
    .normalize('NFKC')
    .replace(/[‐‑‒–—―−ー]/g, '-')
    // "+44 (0)20 …": the zero is dialled only within the country.
    .replace(/\(0\)/, '')
    .replace(/[\s().\-/]/g, '')
    .replace(/^00/, '+');
  return /^\+[1-9][0-9]{6,14}$/.test(text) ? text : undefined;
}

/** `+81••••••••78`: enough to recognise one's own. */
export function maskPhoneNumber(phone: string): string {
  return `${phone.slice(0, 3)}${'•'.repeat(Math.max(phone.length - 5, 3))}${phone.slice(-2)}`;
}
