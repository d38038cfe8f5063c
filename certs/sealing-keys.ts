/**
 * The sealing keys and the file that holds them. The file is text, so that an operator can see what is in it:
 * one key a line, `<id> <32 bytes in base64url>`, the current one first; blank lines and lines with `#` are skipped.
 *
 * Owns: the file's form. Does not own: reading, writing and its file mode (`src/config`), using the keys (`sealing.ts`).
 */
import { randomBytes } from 'node:crypto';

export interface SealingKey {
  /** `[A-Za-z0-9_-]`, 1 to 32 characters; stands readable in every sealed value. */
  id: string;
  /** 32 bytes. */
  key: Uint8Array;
}

/** Everything wrong with a key file. Names lines and ids, never what may be key material. */
export class SealingKeysError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`the sealing key file cannot be used: ${problems.join('; ')}`);
    this.name = 'SealingKeysError';
    this.problems = problems;
  }
}

const maxKeys = 16;

/** Reads a key file, current key first. Throws `SealingKeysError` with every problem at once. */
export function parseSealingKeys(text: string): SealingKey[] {
  const keys: SealingKey[] = [];
  const problems: string[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const where = `line ${index + 1}`;
    const fields = content.split(/\s+/);
    const [id = '', encoded = ''] = fields;
    if (fields.length !== 2) problems.push(`${where}: expected "<id> <key>", found ${fields.length} field(s)`);
    // The id is not repeated here: in a line whose fields are swapped it is the key.
    else if (!/^[A-Za-z0-9_-]{1,32}$/.test(id))
      problems.push(`${where}: the id is not 1 to 32 characters of A-Z a-z 0-9 _ -`);
    else if (!isKeyText(encoded)) problems.push(`${where}: the key is not 32 bytes in base64url (43 characters)`);
    else if (keys.some((key) => key.id === id)) problems.push(`${where}: an earlier line has the same id`);
    else keys.push({ id, key: new Uint8Array(Buffer.from(encoded, 'base64url')) });
  }
  for (const [index, { key }] of keys.entries()) {
    const twin = keys.findIndex((other) => Buffer.compare(other.key, key) === 0);
    if (twin < index) problems.push(`keys ${keys[twin]!.id} and ${keys[index]!.id} are the same key under two ids`);
  }
  if (keys.length > maxKeys) problems.push(`${keys.length} keys, at most ${maxKeys} are allowed`);
  if (keys.length === 0 && problems.length === 0) problems.push('it holds no key');
  if (problems.length > 0) throw new SealingKeysError(problems);
  return keys;
}

/** The text of a key file; `parseSealingKeys` reads it back. */
export function formatSealingKeys(keys: readonly SealingKey[]): string {
  const lines = keys.map(({ id, key }) => `${id} ${Buffer.from(key).toString('base64url')}`);
  return `# Sealing keys: the first one seals, all of them open. Keep this file private and back it up.\n${lines.join('\n')}\n`;
}

/** A new random key with a random id. */
export function generateSealingKey(): SealingKey {
  return { id: `k${randomBytes(6).toString('hex')}`, key: new Uint8Array(randomBytes(32)) };
}

function isKeyText(encoded: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(encoded) && Buffer.from(encoded, 'base64url').toString('base64url') === encoded;
}
