import { expect, it } from 'vitest';
import { linesOf, measureSamlResponse, responseOf } from './saml-response.ts';

it('reads responses of 8 kB, and gives the figures that others read', async () => {
  for (const signs of ['both', 'assertion'] as const) {
    expect(Math.abs(Buffer.from(responseOf(signs), 'base64').length - 8000)).toBeLessThan(150);
  }
  const report = await measureSamlResponse({ quick: true });
  for (const lane of [report.two_signatures, report.assertion_only]) {
    expect(lane.cpu_ms).toBeGreaterThan(0);
    expect(lane.ratio_to_node_saml).toBeGreaterThan(3);
  }
  expect(report.worst_refusal_ms).toBeGreaterThan(0);
  expect(linesOf(report)).toContain('node-saml');
}, 30_000);
