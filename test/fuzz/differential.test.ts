import { expect, it } from 'vitest';
import { describeIf } from '../support/skips.ts';
import { idpKey } from '../support/upstreams/saml/crafted.ts';
import { createDifferential, emptyTally, type Finding } from './differential.ts';
import { hasXmlsec, noXmlsec } from './xmlsec.ts';

/** The first of the cases that `npm run fuzz` runs by the hundred thousand. */
const cases = 1000;

describeIf(hasXmlsec, noXmlsec)('Of responses mutated at random', () => {
  it('none is accepted that node-saml or xmlsec1 would not verify, none with another identity, none crashes', async () => {
    const findings: Finding[] = [];
    const tally = emptyTally();
    const run = createDifferential({
      seed: 2026,
      key: idpKey,
      samples: { nodeSaml: 0.02, xmlsec: 0 },
      hasXmlsec,
      found: (finding) => findings.push(finding),
    });
    await run(0, cases, tally);
    expect(findings).toEqual([]);
    expect(tally.cases).toBe(cases);
    // A reader that refuses everything agrees with everybody, and so does a generator that breaks nothing.
    expect(tally.accepted).toBeGreaterThan(cases / 5);
    expect(tally.accepted).toBeLessThan(cases / 2);
    expect(Object.keys(tally.refused).length).toBeGreaterThan(4);
  }, 60_000);
});
