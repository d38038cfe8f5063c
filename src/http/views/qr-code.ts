/** A QR code as inline SVG: dark on white in every colour scheme, because phones read no other. */
import { encode } from 'uqr';
import { type Html, html } from './html.ts';

/** `label`: what it is, for who cannot see it; what it says must stand beside it as text. */
export function qrCode(label: string, text: string): Html {
  // ISO/IEC 18004: a quiet zone of four modules.
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  return html`<svg class="qr-code" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}" shape-rendering="crispEdges"><rect fill="#fff" width="${size}" height="${size}"></rect><path fill="#000" d="${runsOf(data)}"></path></svg>`;
}

/** One rectangle for each run of dark modules in a row. */
function runsOf(rows: readonly (readonly boolean[])[]): string {
  let path = '';
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x++;
      path += `M${from} ${y}h${x - from + 1}v1h${from - x - 1}z`;
    }
  }
  return path;
}
