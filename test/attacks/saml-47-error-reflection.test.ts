import { describe, expect, it } from 'vitest';
import { craft, craftSigned, type FactsChange, refusal } from '../support/upstreams/saml/crafted.ts';

const canary = 'CANARY<script>alert(1)</script>\r\nforged-log-line';

describe('SAML-47, reflection of what a message says', () => {
  it('never repeats StatusMessage', () => {
    const xml = craft({
      hasAssertion: false,
      statusMessage: canary,
      statusCodes: ['urn:oasis:names:tc:SAML:2.0:status:Responder'],
    });
    const answer = JSON.stringify(refusal(xml));
    expect(answer).toContain('saml_status');
    expect(answer).not.toContain('CANARY');
  });

  it.each<[string, FactsChange]>([
    ['issuer', { issuer: canary }],
    ['destination', { destination: canary }],
    ['recipient', (facts) => ({ confirmation: { ...facts.confirmation!, recipient: canary } })],
    ['audience', (facts) => ({ conditions: { ...facts.conditions!, audiences: [[canary]] } })],
    ['request id', (facts) => ({ confirmation: { ...facts.confirmation!, inResponseTo: canary } })],
    ['version', { version: canary }],
  ])('repeats a wrong %s on one line of printable characters, cut short', (_, change) => {
    const answer = refusal(craftSigned(change));
    const { received } = (answer as { detail: { received: string } }).detail;
    expect(received).toMatch(/^[\x20-\x7e]*$/);
    const long = refusal(craftSigned({ issuer: 'x'.repeat(5000) }));
    expect((long as { detail: { received: string } }).detail.received.length).toBeLessThan(210);
  });

  it('never repeats a name or an attribute value', () => {
    const cases = [
      craftSigned({ nameId: { value: `CANARY${'x'.repeat(300)}` } }),
      craftSigned({ attributes: [{ name: 'cip_sid', values: [`CANARY${'x'.repeat(2000)}`] }] }),
      craftSigned({ nameId: { value: 'CANARY' } }).replace('CANARY', 'CANARY2'),
    ];
    for (const xml of cases) {
      const answer = refusal(xml);
      expect(answer).toHaveProperty('code');
      expect(JSON.stringify(answer)).not.toContain('CANARY');
    }
  });
});
