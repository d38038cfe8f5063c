/** The long differential run: state between runs, findings as files, the table. The comparison is `differential.ts`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type IdpKey, makeIdpKey } from '../support/upstreams/saml/sign-xml.ts';
import { createDifferential, emptyTally, type Finding, type Tally } from './differential.ts';
import { explanationOf } from './explanations.ts';
import { writeFigures } from './figures.ts';
import { hasXmlsec } from './xmlsec.ts';

interface State {
  seed: number;
  key: IdpKey;
  next: number;
  tally: Tally;
  seconds: number;
  findings: number;
}

const folder = new URL('../../test-output/fuzz/', import.meta.url);
const stateFile = new URL('differential.json', folder);
const stride = 500;

/** Gives the number of findings. */
export async function runDifferential(options: { seed: number; cases: number; fresh: boolean }): Promise<number> {
  mkdirSync(new URL('examples/', folder), { recursive: true });
  const state = readState(options);
  if (state.next > 0) console.log(`resuming after ${state.next} cases`);
  const seen = new Set<string>();
  const run = createDifferential({
    seed: state.seed,
    key: state.key,
    samples: { nodeSaml: 0.05, xmlsec: 0.02 },
    hasXmlsec,
    found: (finding) => {
      state.findings++;
      keep(finding, state.key);
    },
    example: (name, bytes) => {
      if (seen.has(name)) return;
      seen.add(name);
      writeFileSync(new URL(`examples/${name.replaceAll(/[^\w.-]+/g, '-').slice(0, 150)}.xml`, folder), bytes);
    },
  });
  while (state.next < options.cases) {
    const start = performance.now();
    const end = Math.min(state.next + stride, options.cases);
    await run(state.next, end, state.tally);
    state.next = end;
    state.seconds += (performance.now() - start) / 1000;
    writeFileSync(stateFile, JSON.stringify(state));
    if (end % 5000 === 0) console.log(`${end} cases, ${Math.round(state.seconds)} s, ${state.findings} findings`);
  }
  const unexplained = report(state);
  return state.findings + unexplained;
}

function readState({ seed, fresh }: { seed: number; fresh: boolean }): State {
  const saved = !fresh && existsSync(stateFile) ? (JSON.parse(readFileSync(stateFile, 'utf8')) as State) : undefined;
  if (saved?.seed === seed) return saved;
  return { seed, key: makeIdpKey(), next: 0, tally: emptyTally(), seconds: 0, findings: 0 };
}

/** With the certificate, so that the file alone tells everything; a person gives it a name and moves it to `cases/`. */
function keep(finding: Finding, key: IdpKey): void {
  const name = `finding-${finding.index}.json`;
  const content = { title: '', ...finding, certificate: key.certificate };
  writeFileSync(new URL(name, folder), `${JSON.stringify(content, null, 2)}\n`);
  console.log(`FOUND: ${finding.kind} (${finding.steps.join(', ')}): test-output/fuzz/${name}`);
}

function report({ tally, seconds, findings, seed }: State): number {
  const lines = [
    `${tally.cases} cases (seed ${seed}) in ${Math.round(seconds)} s: ${tally.accepted} accepted by us,`,
    `${tally.signedAfterwards} signed after the mutation, ${findings} findings. node-saml was asked ${tally.asked.nodeSaml} times,`,
    `xmlsec1 about ${tally.asked.xmlsec} signatures.`,
    '',
    '| our refusal | cases |',
    '|---|---|',
    ...sorted(tally.refused).map(([name, count]) => `| ${name} | ${count} |`),
  ];
  let unexplained = 0;
  const table = (title: string, counts: Record<string, number>) => {
    lines.push('', `| ${title} | cases | why |`, '|---|---|---|');
    for (const [name, count] of sorted(counts)) {
      const why = explanationOf(name);
      if (!why) {
        unexplained++;
        console.log(`UNEXPLAINED: ${title}: ${name} (${count})`);
      }
      lines.push(`| ${name.replaceAll('|', '\\|')} | ${count} | ${why ?? '**unexplained**'} |`);
    }
  };
  table('node-saml accepts, we refuse (of a sample of 5 %)', tally.stricterThanNodeSaml);
  table('xmlsec1 verifies every signature, we refuse (of a sample of 2 %)', tally.stricterThanXmlsec);
  table('we and xmlsec1 accept, node-saml refuses', tally.strictnessOfNodeSaml);
  writeFigures('differential', lines.join('\n'));
  return unexplained;
}

function sorted(counts: Record<string, number>): [string, number][] {
  return Object.entries(counts).sort(([, a], [, b]) => b - a);
}
