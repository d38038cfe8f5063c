/** The CLI on a data folder that is gone after the test: in this process, or as an operator runs it, in one of its own. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { runCli } from '../../../src/cli/run.ts';

const root = new URL('../../../', import.meta.url).pathname;

export interface CliResult {
  code: number;
  out: string;
  err: string;
}

export async function openOperator(env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-cli-'));
  const data = join(folder, 'data');

  async function run(words: readonly string[], input = ''): Promise<CliResult> {
    const result = { code: -1, out: '', err: '' };
    const into = (key: 'out' | 'err') =>
      new Writable({
        write(chunk, _encoding, done) {
          result[key] += chunk;
          done();
        },
      });
    const streams = { stdin: Readable.from([input]), stdout: into('out'), stderr: into('err') };
    result.code = await runCli(words, { SEKISHO_DATA: data, ...env }, streams);
    return result;
  }

  /** The same as a process of its own. */
  function spawned(words: readonly string[], input = ''): Promise<CliResult> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ['src/cli/main.ts', ...words], {
        cwd: root,
        env: { PATH: process.env.PATH, SEKISHO_DATA: data, ...env },
      });
      const result = { code: -1, out: '', err: '' };
      child.stdout.setEncoding('utf8').on('data', (text) => {
        result.out += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text) => {
        result.err += text;
      });
      child.on('error', reject);
      child.on('close', (code) => resolve({ ...result, code: code ?? -1 }));
      child.stdin.end(input);
    });
  }

  /** Must succeed; the answer of `--json`. */
  async function json<Answer = Record<string, string>>(words: readonly string[], input = ''): Promise<Answer> {
    const { code, out, err } = await run([...words, '--json'], input);
    if (code !== 0) throw new Error(`exit ${code}: ${err}`);
    return JSON.parse(out);
  }

  return {
    folder,
    data,
    run,
    spawned,
    json,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
