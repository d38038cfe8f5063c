/**
 * Text from outside made safe to print in a line (SECURITY CON-05). Pure.
 *
 * Stops forged lines (line breaks, U+2028), terminal escapes (C0, C1), text that reads in another order than it is
 * stored (bidirectional controls) and invisible characters. Escaping for HTML, CSV and JSON stays with who prints.
 */
export function plainText(text: string, limit: number): string {
  const plain = text
    .slice(0, limit * 4)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .trim();
  const characters = [...plain];
  return characters.length <= limit ? plain : `${characters.slice(0, limit - 1).join('')}…`;
}
