/**
 * What reading a SAML response costs, beside node-saml on the same bytes, and what the worst refusal costs.
 *
 * Owns: the inputs and both lanes, interleaved in rounds; ratios are taken within a round and their median counts. Cost is
 * the CPU time of this thread, and everything runs in this process. Called by `main.ts`, or alone:
 * `node test/bench/saml-response.ts`.
 */
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import { decodeBase64 } from '../../providers/protocols/saml/decode-response.ts';
import { readSamlResponse } from '../../providers/protocols/saml/read-response.ts';
import { craftSigned, expectations, ground, idpKey, now } from '../support/upstreams/saml/crafted.ts';
import { median } from './median.ts';
import { worstRefusals } from './saml-refusals.ts';

interface Cost {
  cpu_ms: number;
  per_s: number;
  ratio_to_node_saml: number;
}
/** Keys that others read: they stay. */
export interface SamlResponseReport {
  two_signatures: Cost;
  assertion_only: Cost;
  worst_refusal_ms: number;
}

const full = { rounds: 7, ours: 300, theirs: 40, warmUps: 2, refusals: 5 };
const quick = { rounds: 2, ours: 20, theirs: 4, warmUps: 1, refusals: 1 };

export async function measureSamlResponse(how: { quick: boolean }): Promise<SamlResponseReport> {
  const size = how.quick ? quick : full;
  return {
    two_signatures: await measureReading('both', size),
    assertion_only: await measureReading('assertion', size),
    worst_refusal_ms: round(Math.max(...worstRefusals().map(({ refuse }) => fastest(refuse, size.refusals)))),
  };
}

/** For people. */
export function linesOf(report: SamlResponseReport): string {
  const { two_signatures: both, assertion_only: one, worst_refusal_ms: worst } = report;
  return [
    `SAML response, two signatures   ${both.cpu_ms} CPU-ms, ${both.ratio_to_node_saml} × node-saml (≥ 10, ≤ 1.0 CPU-ms)`,
    `SAML response, assertion only   ${one.cpu_ms} CPU-ms, ${one.ratio_to_node_saml} × node-saml (≥ 8)`,
    `SAML response, worst refusal    ${worst} CPU-ms (≤ 20)`,
  ].join('\n');
}

async function measureReading(signs: 'both' | 'assertion', size: typeof full): Promise<Cost> {
  const response = responseOf(signs);
  const expected = expectations({ signatures: signs });
  const ours = () => readSamlResponse(decodeBase64(response), expected, now);
  const theirs = nodeSaml(signs, response);
  const costs: number[] = [];
  const ratios: number[] = [];
  for (let number = 0; number < size.warmUps + size.rounds; number++) {
    const our = await processorTime(ours, size.ours);
    const their = await processorTime(theirs, size.theirs);
    if (number < size.warmUps) continue;
    costs.push(our);
    ratios.push(their / our);
  }
  const cpu = median(costs);
  return { cpu_ms: round(cpu), per_s: round(1000 / cpu), ratio_to_node_saml: round(median(ratios)) };
}

/** About 8 kB, signed as told with RSA-2048: a person with groups. */
export function responseOf(signs: 'both' | 'assertion'): string {
  const groups = Array.from(
    { length: signs === 'both' ? 12 : 33 },
    (_, index) => `S-1-5-21-3623811015-3361044348-30300820-${index}`,
  );
  const xml = craftSigned(
    (facts) => ({ attributes: [...facts.attributes, { name: 'cip_groups', values: groups }] }),
    signs,
  );
  return Buffer.from(xml).toString('base64');
}

/** As strict as it can be; what it does not check is no cost of its own. */
function nodeSaml(signs: 'both' | 'assertion', response: string): () => Promise<void> {
  const saml = new SAML({
    callbackUrl: ground.acsUrl,
    issuer: ground.spEntityId,
    audience: ground.spEntityId,
    idpCert: idpKey.certificate,
    idpIssuer: ground.idpEntityId,
    wantAuthnResponseSigned: signs === 'both',
    wantAssertionsSigned: true,
    // The times of the response are those of the tests.
    acceptedClockSkewMs: -1,
    validateInResponseTo: ValidateInResponseTo.never,
  });
  return async () => {
    const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: response });
    if (profile?.nameID !== 'victim@idp.test') throw new Error('node-saml read somebody else');
  };
}

/** CPU milliseconds of one, on this thread. */
async function processorTime(work: () => unknown, times: number): Promise<number> {
  const start = process.threadCpuUsage();
  for (let index = 0; index < times; index++) await work();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000 / times;
}

function fastest(work: () => void, times: number): number {
  return Math.min(
    ...Array.from({ length: times }, () => {
      const start = process.threadCpuUsage();
      work();
      const { user, system } = process.threadCpuUsage(start);
      return (user + system) / 1000;
    }),
  );
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

if (import.meta.main) {
  const report = await measureSamlResponse({ quick: process.argv.includes('--quick') });
  process.stdout.write(`${JSON.stringify({ saml_response: report }, null, 2)}\n`);
}
