/** The long run of `scanner.ts`: a million inputs, in strides between which memory is measured. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { writeFigures } from './figures.ts';
import { createScannerRun, emptyScannerTally, longest } from './scanner.ts';
import { scannerSeeds } from './scanner-seeds.ts';

const folder = new URL('../../test-output/fuzz/', import.meta.url);
/** Mebibytes that the heap may be larger at the end than after the first tenth. */
const allowedGrowth = 8;

/** Gives the number of findings. */
export async function runScanner({ seed, inputs }: { seed: number; inputs: number }): Promise<number> {
  mkdirSync(folder, { recursive: true });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const tally = emptyScannerTally();
  let findings = 0;
  const run = createScannerRun({
    seed,
    seeds: scannerSeeds(),
    found: (finding) => {
      findings++;
      const name = `scanner-${finding.target}-${finding.index}.json`;
      writeFileSync(new URL(name, folder), `${JSON.stringify(finding, null, 2)}\n`);
      console.log(
        `FOUND: ${finding.kind} in ${finding.target}: ${finding.message.slice(0, 200)}: test-output/fuzz/${name}`,
      );
    },
  });
  const heap: number[] = [];
  const start = performance.now();
  for (let stride = 0; stride < 20; stride++) {
    run(Math.floor((inputs * stride) / 20), Math.floor((inputs * (stride + 1)) / 20), tally);
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    heap.push(heapUsed / 1024 ** 2);
    console.log(
      `${tally.inputs} inputs, heap ${heap.at(-1)!.toFixed(1)} MiB, resident ${Math.round(rss / 1024 ** 2)} MiB`,
    );
  }
  const [early = 0, late = 0] = [heap[1], heap.at(-1)];
  if (late - early > allowedGrowth) {
    findings++;
    console.log(`FOUND: the heap has grown from ${early.toFixed(1)} to ${late.toFixed(1)} MiB`);
  }
  const micro = (target: 'response' | 'metadata') => Math.round((1000 * tally.milliseconds[target]) / tally.inputs);
  writeFigures(
    'scanner',
    [
      `${tally.inputs} inputs (seed ${seed}, ${Math.round(tally.bytes / 1024 ** 2)} MiB) to each of both readers in`,
      `${Math.round((performance.now() - start) / 1000)} s: ${findings} findings, ${tally.outcomes.size} different outcomes.`,
      '',
      '| | response reader | metadata importer |',
      '|---|---|---|',
      `| µs per input, mean | ${micro('response')} | ${micro('metadata')} |`,
      `| ms for the slowest (limit ${longest}) | ${tally.slowest.response.toFixed(1)} | ${tally.slowest.metadata.toFixed(1)} |`,
      '',
      `Heap after collection: ${early.toFixed(1)} MiB after a tenth of the run, ${late.toFixed(1)} MiB at its end.`,
    ].join('\n'),
  );
  return findings;
}
