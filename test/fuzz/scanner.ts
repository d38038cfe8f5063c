/**
 * A great many inputs for the two readers of XML from strangers: the response reader up to the signature, and the
 * metadata importer. Structure-aware (a grammar, floods, mutations of documents and of bytes) and guided by outcome: an
 * input that is refused for a reason not seen before becomes material for further ones.
 * Looks for crashes, hangs and growth of memory; called by `run-scanner.ts` and `scanner.test.ts`.
 */

import { readIdpMetadata } from '../../metadata/idp-metadata.ts';
import { MetadataError } from '../../metadata/metadata-error.ts';
import { ProviderError } from '../../providers/errors.ts';
import { readSamlResponse } from '../../providers/protocols/saml/read-response.ts';
import { expectations, now } from '../support/upstreams/saml/crafted.ts';
import { type Vocabulary, writeDocument, writeFlood } from './documents.ts';
import { mutate } from './mutate.ts';
import { byteMutations } from './mutations/text.ts';
import { type Random, randomFor } from './random.ts';

/** An input takes no longer than this, in milliseconds. */
export const longest = 50;
const maxInput = 256 * 1024;
const maxMaterial = 1500;

type Target = 'response' | 'metadata';
export interface ScannerFinding {
  kind: 'crash' | 'hang';
  target: Target;
  index: number;
  message: string;
  document: string;
}
export interface ScannerTally {
  inputs: number;
  bytes: number;
  /** By target: the sum of all times, and the longest time of one input (processor time, measured again). */
  milliseconds: Record<Target, number>;
  slowest: Record<Target, number>;
  outcomes: Map<string, number>;
}

export function emptyScannerTally(): ScannerTally {
  const zero = () => ({ response: 0, metadata: 0 });
  return { inputs: 0, bytes: 0, milliseconds: zero(), slowest: zero(), outcomes: new Map() };
}

/** `seeds` are whole documents: responses, signed and not, and metadata. */
export function createScannerRun(options: {
  seed: number;
  seeds: readonly string[];
  found: (finding: ScannerFinding) => void;
}): (from: number, to: number, tally: ScannerTally) => void {
  const material = options.seeds.map((text) => Buffer.from(text));
  const expected = expectations();
  const readers: Record<Target, (bytes: Uint8Array) => string> = {
    response: (bytes) => outcomeOf(() => readSamlResponse(bytes, expected, now)),
    metadata: (bytes) => outcomeOf(() => readIdpMetadata(bytes)),
  };

  return (from, to, tally) => {
    for (let index = from; index < to; index++) {
      const bytes = makeInput(randomFor(options.seed, index), material);
      tally.inputs++;
      tally.bytes += bytes.length;
      for (const target of ['response', 'metadata'] as const) {
        const report = (kind: ScannerFinding['kind'], message: string) =>
          options.found({ kind, target, index, message, document: Buffer.from(bytes).toString('base64') });
        const start = performance.now();
        const outcome = readers[target](bytes);
        const elapsed = performance.now() - start;
        tally.milliseconds[target] += elapsed;
        if (outcome.startsWith('crash')) report('crash', outcome);
        // Others use the machine too: what seems slow is measured again, by this thread's own time.
        if (elapsed > tally.slowest[target]) {
          const again = Math.min(...[1, 2, 3].map(() => processorTime(() => readers[target](bytes))));
          tally.slowest[target] = Math.max(tally.slowest[target], again);
          if (again > longest) report('hang', `${Math.round(again)} ms`);
        }
        const name = `${target}: ${outcome}`;
        const times = tally.outcomes.get(name) ?? 0;
        if (times === 0 && material.length < maxMaterial && bytes.length < 20_000) material.push(Buffer.from(bytes));
        if (times > 0 || tally.outcomes.size < 5000) tally.outcomes.set(name, times + 1);
      }
    }
  };
}

function makeInput(random: Random, material: readonly Buffer[]): Uint8Array {
  const vocabulary: Vocabulary = random.chance(0.5) ? 'response' : 'metadata';
  if (random.chance(0.002)) return Buffer.from(writeFlood(vocabulary, random, maxInput)).subarray(0, maxInput);
  let bytes: Buffer;
  if (random.chance(0.35)) bytes = Buffer.from(writeDocument(vocabulary, random));
  else {
    const one = random.pick(material);
    bytes = random.chance(0.5)
      ? Buffer.from(mutate(one.toString(), random, random.pick(material).toString()).bytes)
      : Buffer.from(one);
  }
  for (let left = random.int(4); left > 0; left--) {
    bytes = byteMutations[random.pick(Object.keys(byteMutations))]!(bytes, random) as Buffer<ArrayBuffer>;
  }
  return bytes;
}

function outcomeOf(work: () => unknown): string {
  try {
    work();
    return 'accepted';
  } catch (error) {
    if (error instanceof ProviderError)
      return `${error.code} ${error.detail.expected ?? ''} ${error.detail.where ?? ''}`;
    if (error instanceof MetadataError) return `${error.code} ${error.message.replaceAll(/\d+/g, '#').slice(0, 60)}`;
    return `crash ${String((error as Error)?.stack ?? error).slice(0, 600)}`;
  }
}

/** Milliseconds. */
function processorTime(work: () => void): number {
  const start = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}
