import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatSealingKeys,
  generateSealingKey,
  parseSealingKeys,
  SealingKeysError,
} from '../../../certs/sealing-keys.ts';

function problemsOf(text: string): readonly string[] {
  try {
    parseSealingKeys(text);
  } catch (error) {
    if (error instanceof SealingKeysError) return error.problems;
    throw error;
  }
  return [];
}

describe('the sealing key file', () => {
  it('is read back as it was written, the current key first', () => {
    const keys = [generateSealingKey(), generateSealingKey(), generateSealingKey()];
    expect(parseSealingKeys(formatSealingKeys(keys))).toEqual(keys);
  });

  it('may have comments, blank lines, Windows line ends and a byte order mark', () => {
    const key = generateSealingKey();
    const text = `\uFEFF# mine\r\n\r\n  ${formatSealingKeys([key]).split('\n')[1]}  \r\n`;
    expect(parseSealingKeys(text)).toEqual([key]);
  });

  it('reports every problem at once with its line', () => {
    const line = formatSealingKeys([generateSealingKey()]).split('\n')[1]!;
    const problems = problemsOf(`${line}\nonly-an-id\nspaced id key\nshort AAAA\n${line}\n`);
    expect(problems.map((problem) => problem.split(':')[0])).toEqual(['line 2', 'line 3', 'line 4', 'line 5']);
    expect(problems[3]).toMatch(/same id/);
  });

  it('is refused when it is empty or holds one key under two ids', () => {
    expect(problemsOf('# nothing\n')).toEqual(['it holds no key']);
    const { key } = generateSealingKey();
    expect(
      problemsOf(
        formatSealingKeys([
          { id: 'a', key },
          { id: 'b', key },
        ]),
      )[0],
    ).toMatch(/same key under two ids/);
  });

  it('never repeats key material in an error, whatever is broken about the line', () => {
    fc.assert(
      fc.property(fc.constantFrom('', 'swapped', 'cut', 'joined'), (damage) => {
        const { id, key } = generateSealingKey();
        const encoded = Buffer.from(key).toString('base64url');
        const line = {
          '': `${id} ${encoded} x`,
          swapped: `${encoded} ${id}`,
          cut: `${id} ${encoded.slice(1)}`,
          joined: id + encoded,
        }[damage];
        expect(() => parseSealingKeys(line)).toThrow(SealingKeysError);
        expect(problemsOf(line).join()).not.toContain(encoded.slice(1, 20));
      }),
    );
  });
});
