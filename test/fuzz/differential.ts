/**
 * Our reader against two others that share no code with it: what we accept, both must accept, with the same identity.
 * What they accept and we refuse is sampled and counted by our reason. Owns the loop and the counting; called by
 * `main.ts` for the long run and by `differential.test.ts` for the short one.
 */
import { signCrafted, toCertificate } from '../support/upstreams/saml/crafted.ts';
import { algorithms, type IdpKey } from '../support/upstreams/saml/sign-xml.ts';
import { type Mutated, mutate } from './mutate.ts';
import { createOracle, type OracleAnswer } from './node-saml-oracle.ts';
import { makeOriginals, type Original, unsignedResponse } from './originals.ts';
import { silenceConsole } from './quiet.ts';
import { type Random, randomFor } from './random.ts';
import { judge, sameIdentity, signedParts, type Verdict } from './verdict.ts';
import { askXmlsec, type Question, type SignedElement } from './xmlsec.ts';

export interface Finding {
  kind: 'crash' | 'a signature check refuses' | 'another identity';
  index: number;
  steps: readonly string[];
  /** The document, Base64. */
  document: string;
  ours: Verdict;
  theirs: string;
}

export interface Tally {
  cases: number;
  accepted: number;
  /** Signed after the mutation, so that the signature itself is right. */
  signedAfterwards: number;
  refused: Record<string, number>;
  steps: Record<string, number>;
  asked: { nodeSaml: number; xmlsec: number };
  /** Refused by us, accepted by the other; by our reason. */
  stricterThanNodeSaml: Record<string, number>;
  /** Every signature that is there verifies with xmlsec1. */
  stricterThanXmlsec: Record<string, number>;
  /** Accepted by us and xmlsec1; by node-saml's reason. */
  strictnessOfNodeSaml: Record<string, number>;
}

export interface Run {
  seed: number;
  key: IdpKey;
  /** Share of our refusals that is put before node-saml, and before xmlsec1. */
  samples: { nodeSaml: number; xmlsec: number };
  hasXmlsec: boolean;
  found: (finding: Finding) => void;
  /** The first document of each kind of disagreement. */
  example?: (name: string, bytes: Uint8Array) => void;
}

export function emptyTally(): Tally {
  return {
    cases: 0,
    accepted: 0,
    signedAfterwards: 0,
    refused: {},
    steps: {},
    asked: { nodeSaml: 0, xmlsec: 0 },
    stricterThanNodeSaml: {},
    stricterThanXmlsec: {},
    strictnessOfNodeSaml: {},
  };
}

/** Gives a function that runs the cases `from` to `to` − 1 and adds to `tally`. */
export function createDifferential(run: Run): (from: number, to: number, tally: Tally) => Promise<void> {
  const { seed, key, samples } = run;
  const certificate = toCertificate(key);
  const originals = makeOriginals(key);
  const ask = createOracle(key.certificate);

  return async function runCases(from, to, tally) {
    const open: Open[] = [];
    for (let index = from; index < to; index++) {
      const random = randomFor(seed, index);
      const { bytes, steps, isSignedAfterwards } = makeCase(random, originals, key);
      tally.cases++;
      if (isSignedAfterwards) tally.signedAfterwards++;
      for (const step of steps) count(tally.steps, step);
      const ours = judge(bytes, certificate);
      const report = (kind: Finding['kind'], theirs: string) =>
        run.found({ kind, index, steps, document: Buffer.from(bytes).toString('base64'), ours, theirs });

      if (ours.kind === 'crashed') report('crash', '');
      else if (ours.kind === 'accepted') {
        tally.accepted++;
        const signed = signedParts(bytes, certificate);
        tally.asked.nodeSaml++;
        const theirs = await ask(bytes, signed);
        if (!('refused' in theirs) && !sameIdentity(ours.identity, theirs))
          report('another identity', JSON.stringify(theirs));
        open.push({ bytes, ours, theirs, elements: elementsOf(signed), report });
      } else {
        count(tally.refused, ours.code);
        const theirs = random.chance(samples.nodeSaml) ? await ask(bytes) : undefined;
        if (theirs) tally.asked.nodeSaml++;
        if (theirs && !('refused' in theirs)) {
          count(tally.stricterThanNodeSaml, nameOf(ours));
          run.example?.(`node-saml accepts, ${nameOf(ours)}`, bytes);
        }
        if (random.chance(samples.xmlsec))
          open.push({ bytes, ours, theirs, elements: elementsIn(bytes), report: () => undefined });
      }
    }
    settle(open, tally);
  };

  interface Open {
    bytes: Uint8Array;
    ours: Verdict;
    theirs: OracleAnswer | undefined;
    elements: SignedElement[];
    report: (kind: Finding['kind'], theirs: string) => void;
  }

  /** Puts the collected questions to xmlsec1, all at once. */
  function settle(open: readonly Open[], tally: Tally): void {
    const questions: Question[] = open.flatMap(({ bytes, elements }) =>
      elements.map((element) => ({ xml: bytes, element })),
    );
    const answers = run.hasXmlsec ? askXmlsec(questions, key.certificate) : undefined;
    tally.asked.xmlsec += answers?.length ?? 0;
    let next = 0;
    for (const { bytes, ours, theirs, elements, report } of open) {
      const verified = answers?.slice(next, next + elements.length).every(Boolean);
      next += elements.length;
      if (ours.kind === 'refused') {
        if (verified !== true || elements.length === 0) continue;
        count(tally.stricterThanXmlsec, nameOf(ours));
        run.example?.(`xmlsec1 accepts, ${nameOf(ours)}`, bytes);
        continue;
      }
      if (verified === false) report('a signature check refuses', 'xmlsec1');
      if (theirs && 'refused' in theirs) {
        // Without xmlsec1 nobody vouches for what node-saml refuses, save for what it cannot read at all.
        if (verified === undefined) report('a signature check refuses', `node-saml: ${theirs.refused}`);
        else if (verified) {
          const name = `${theirs.refused}${peculiarityOf(bytes)}`;
          count(tally.strictnessOfNodeSaml, name);
          run.example?.(`node-saml refuses, ${name}`, bytes);
        }
      }
    }
  }
}

interface Case extends Mutated {
  isSignedAfterwards: boolean;
}

export function makeCase(random: Random, originals: readonly Original[], key: IdpKey): Case {
  const other = random.pick(originals).xml.replaceAll('victim', 'other');
  if (!random.chance(0.03)) {
    return { ...mutate(random.pick(originals).xml, random, other), isSignedAfterwards: false };
  }
  const mutated = mutate(unsignedResponse(), random, other);
  const options = random.pick([{}, { prefixList: 'xs saml' }, { prefix: '' }, { digest: algorithms.sha512 }]);
  const restoreConsole = silenceConsole();
  try {
    const signed = signCrafted(Buffer.from(mutated.bytes).toString(), random.pick(['assertion', 'response', 'both']), {
      key,
      ...options,
    });
    return { bytes: Buffer.from(signed), steps: mutated.steps, isSignedAfterwards: true };
  } catch {
    // xml-crypto cannot sign what has lost the element or is no XML any more.
    return { ...mutated, isSignedAfterwards: false };
  } finally {
    restoreConsole();
  }
}

function elementsOf(signed: { response: boolean; assertion: boolean }): SignedElement[] {
  return [...(signed.response ? (['Response'] as const) : []), ...(signed.assertion ? (['Assertion'] as const) : [])];
}

/** Of a document that we refuse, only a guess: as many signatures as it seems to have. */
function elementsIn(bytes: Uint8Array): SignedElement[] {
  const text = Buffer.from(bytes).toString();
  const before = text.search(/<[\w:]*Assertion[\s>]/);
  const positions = [...text.matchAll(/<[\w:]*Signature[\s>]/g)].map(({ index }) => index);
  return elementsOf({
    response: positions.some((position) => before === -1 || position < before),
    assertion: positions.some((position) => before !== -1 && position > before),
  });
}

/** node-saml gives one answer for all that it cannot do; these are known. */
function peculiarityOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString();
  if (text.includes('sha384')) return ' (SHA-384)';
  if (/<\/[\w:]+\s+>/.test(text)) return ' (space in an end tag)';
  return text.includes('PrefixList') ? ' (InclusiveNamespaces)' : '';
}

function nameOf(verdict: Verdict): string {
  return verdict.kind === 'refused' ? `${verdict.code}: ${verdict.reason}` : verdict.kind;
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
