/** How long `npm start` takes on a folder that is there already: from the process to the line that says it listens. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { environmentOf, type Place } from './installation.ts';
import { median } from './median.ts';
import { serverCore, spawnProgram } from './pinned-process.ts';

export interface Start {
  /** What somebody waits; on a machine that does other things too it says little. */
  wallMs: number;
  cpuMs: number;
}

/** Medians, in the order of the places; starts take turns. */
export async function measureStarts(places: readonly Place[], times: number): Promise<Start[]> {
  const taken: Start[][] = places.map(() => []);
  // The first ones read the program from disk.
  for (const place of places) await startOnce(place);
  for (let time = 0; time < times; time++)
    for (const [index, place] of places.entries()) taken[index]!.push(await startOnce(place));
  return taken.map((starts) => ({
    wallMs: median(starts.map(({ wallMs }) => wallMs)),
    cpuMs: median(starts.map(({ cpuMs }) => cpuMs)),
  }));
}

async function startOnce(place: Place): Promise<Start> {
  const begun = performance.now();
  const program = spawnProgram(new URL('../../src/main.ts', import.meta.url), serverCore, environmentOf(place));
  let said = '';
  let start: Start | undefined;
  program.stdout?.on('data', (part) => {
    said += String(part);
    if (start !== undefined || !said.includes('Sekisho listens on')) return;
    start = { wallMs: performance.now() - begun, cpuMs: cpuOfProcess(program.pid) };
    program.kill('SIGTERM');
  });
  await once(program, 'exit');
  if (start === undefined) throw new Error(`the server did not start: ${said}`);
  return start;
}

/** Milliseconds, in steps of 10; proc_pid_stat(5): fields 14 and 15, user and system, in hundredths of a second. */
function cpuOfProcess(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
