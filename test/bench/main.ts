/** `npm run bench`: prints what sign-ins and session checks cost; `--json FILE` writes it too. */
import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runBench } from './bench.ts';
import { connectionListLines, measureConnectionList } from './connection-list.ts';
import { measureMetadataImport, metadataImportLines } from './metadata-import.ts';
import { canPin } from './pinned-process.ts';
import { tableOf } from './report.ts';
import { linesOf, measureSamlResponse } from './saml-response.ts';
import { measureTraces, traceLines } from './sign-in-traces.ts';
import { measureSystemLogOnSqlite, systemLogLines } from './system-log.ts';

const usage = `npm run bench -- [options]

  --json FILE    also write the figures as JSON
  --quick        a few of everything, in seconds: to see that it runs
  --large        a system log of ten million rows instead of one million: minutes, and 15 GB for as long
  --profile DIR  also write CPU profiles (.cpuprofile) of the server
`;

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(usage);
  process.exit();
}

const profileFolder = values.profile === undefined ? undefined : resolve(values.profile);
if (profileFolder !== undefined) await mkdir(profileFolder, { recursive: true });
const report = await runBench({
  quick: values.quick,
  ...(profileFolder !== undefined && { profileFolder }),
  onProgress: (step) => process.stderr.write(`${step} …\n`),
});
const samlResponse = await measureSamlResponse({ quick: values.quick });
const metadataImport = await measureMetadataImport({ quick: values.quick });
const systemLog = await measureSystemLogOnSqlite(
  values.quick ? { rows: 20_000, writes: 200 } : { rows: values.large ? 10_000_000 : 1_000_000, writes: 4000 },
);
const connectionList = await measureConnectionList({ many: values.quick ? 1000 : 10_000 });
const traces = await measureTraces(values.quick ? { rows: 2_000, writes: 200 } : { rows: 200_000, writes: 4000 });
const signInMs = report.oidc_brokered.cpu_ms;
process.stdout.write(
  `\n${[tableOf(report, canPin), linesOf(samlResponse), metadataImportLines(metadataImport), systemLogLines(systemLog, signInMs), traceLines(traces, signInMs), connectionListLines(connectionList)].join('\n\n')}\n`,
);
if (values.json !== undefined)
  await writeFile(
    values.json,
    `${JSON.stringify({ ...report, saml_response: samlResponse, metadata_import: metadataImport, system_log: systemLog, traces, connection_list: connectionList }, null, 2)}\n`,
  );
process.exit();
