/** Strong entity tags (RFC 9110 §8.8.3): of a version where there is one, else of the bytes that are sent. Pure. */
import { hashOfToken } from '../core/random.ts';
import { ApiProblem } from './problems.ts';

export function etagOfText(text: string): string {
  return hashOfToken(text).slice(0, 27);
}

/**
 * The tags of an `If-Match` or `If-None-Match`, in their quotes; a bare `*` stands for any. A weak one never matches a strong
 * comparison (§8.8.3.2), so it is left out where `strong`. Throws `request-invalid` for what is no list of tags.
 */
export function readTags(header: string | undefined, comparison: 'strong' | 'weak'): string[] {
  if (header === undefined) return [];
  const text = header.trim();
  if (text === '*') return ['*'];
  const tags: string[] = [];
  // One after another: a pattern for the whole list would backtrack.
  const tag = /\s*(W\/)?"([\x21\x23-\x7e]*)"\s*(,|$)/y;
  while (tag.lastIndex < text.length) {
    const found = tag.exec(text);
    if (!found || tags.length >= 50)
      throw new ApiProblem('request-invalid', { detail: 'The entity tags are malformed' });
    if (found[1] === undefined || comparison === 'weak') tags.push(`"${found[2]}"`);
  }
  return tags;
}

/** `etag`: without quotes. */
export function isMatch(tags: readonly string[], etag: string): boolean {
  return tags.includes('*') || tags.includes(`"${etag}"`);
}

/** Throws `precondition-failed` unless the caller has seen this version (CON-13). */
export function requireMatch(tags: readonly string[], etag: string): void {
  if (!isMatch(tags, etag)) throw new ApiProblem('precondition-failed');
}
