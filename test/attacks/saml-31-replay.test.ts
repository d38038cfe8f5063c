import { describe, expect, it } from 'vitest';
import { craftSigned, ground, now, read } from '../support/upstreams/saml/crafted.ts';

describe('SAML-31, replay', () => {
  it('names the assertion for the mark of used ones, the same at every reading', () => {
    const xml = craftSigned({ assertionId: '_a1' });
    const first = read(xml).once;
    expect(read(xml, {}, now + 60_000).once).toEqual(first);
    expect(read(craftSigned({ assertionId: '_a2' })).once.id).not.toBe(first.id);
  });

  it('tells issuers with equal assertion IDs apart', () => {
    const issuer = 'https://idp-two.test';
    const other = craftSigned({ assertionId: '_a1', issuer, responseIssuer: issuer });
    const first = read(craftSigned({ assertionId: '_a1' })).once.id;
    expect(read(other, { idpEntityId: issuer }).once.id).not.toBe(first);
  });

  it('keeps the mark for as long as the assertion could be accepted, and not for ever', () => {
    for (const lifetime of [60_000, 300_000, 3_600_000, Date.UTC(9999, 0, 1) - now]) {
      const xml = craftSigned((facts) => ({
        confirmation: { ...facts.confirmation!, notOnOrAfter: now + lifetime },
        conditions: { ...facts.conditions!, notOnOrAfter: now + lifetime },
      }));
      const { expiresAt } = read(xml).once;
      expect(expiresAt).toBeLessThanOrEqual(now + 720_000);
      expect(() => read(xml, {}, expiresAt)).toThrow();
    }
  });

  it('belongs to the expected issuer', () => {
    expect(read(craftSigned()).issuer).toBe(ground.idpEntityId);
  });
});
