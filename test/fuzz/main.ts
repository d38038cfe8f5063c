/**
 * `npm run fuzz`: the long runs, to be interrupted and resumed as one likes. `node test/fuzz/main.ts [differential]
 * [scanner] [--cases 100000] [--inputs 1000000] [--seed 1] [--fresh]`; without names, all. State, examples and findings are under
 * `test-output/fuzz/`; the figures go into README.md here. Ends with 1 when anything was found.
 */
import { parseArgs } from 'node:util';
import { runDifferential } from './run-differential.ts';
import { runScanner } from './run-scanner.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: 'string', default: '100000' },
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    fresh: { type: 'boolean', default: false },
  },
});
const wants = (name: string) => positionals.length === 0 || positionals.includes(name);
const seed = Number(values.seed);
let findings = 0;
if (wants('differential'))
  findings += await runDifferential({ seed, cases: Number(values.cases), fresh: values.fresh });
if (wants('scanner')) findings += await runScanner({ seed, inputs: Number(values.inputs) });
process.exitCode = findings > 0 ? 1 : 0;
