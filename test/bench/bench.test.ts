import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
let folder: string;
let said: string;
let report: Record<string, Record<string, number> | number>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sekisho-bench-test-'));
  const file = join(folder, 'bench.json');
  said = (await promisify(execFile)(process.execPath, [main, '--quick', '--json', file])).stdout;
  report = JSON.parse(await readFile(file, 'utf8'));
}, 240_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const keys = {
  floor: ['cpu_ms'],
  oidc_brokered: ['cpu_ms', 'per_s', 'ratio_to_floor'],
  saml_brokered: ['cpu_ms', 'per_s', 'ratio_to_oidc'],
  citrix_identity: ['cpu_ms', 'per_s', 'argon2_cpu_ms'],
  password_step: ['cpu_ms', 'per_s', 'argon2_cpu_ms', 'ratio_to_argon2'],
  password_rush: ['lag_p99_ms', 'idle_lag_p99_ms', 'ratio_to_idle'],
  workspace_leg: ['cpu_ms', 'per_s'],
  session_check: ['cpu_ms', 'per_s', 'bare_per_s', 'ratio_to_bare'],
  start: ['ms_1', 'ms_10000'],
  connections: ['ratio_10000_to_1'],
  connection_list: ['ratio_to_100'],
  traces: ['trace_cpu_ms', 'page_ms', 'reference_ms', 'forget_ms'],
  system_log: ['write_cpu_ms', 'seal_cpu_ms', 'ratio_to_10000', 'forget_ms'],
};

describe('The bench, run in a hurry', () => {
  it.each(Object.entries(keys))('gives a positive number for each key of %s', (group, names) => {
    for (const name of names) {
      const value = (report[group] as Record<string, number>)[name];
      expect(value, `${group}.${name}`).toBeGreaterThan(0);
      expect(value, `${group}.${name}`).toBeLessThan(1e7);
    }
  });

  it('gives the memory of a process of this kind', () => {
    expect(report.rss_mb).toBeGreaterThan(40);
    expect(report.rss_mb).toBeLessThan(4000);
  });

  it('counts a brokered sign-in as more than the floor, and argon2 as part of a password sign-in', () => {
    const { oidc_brokered: oidc, citrix_identity: citrix } = report as Record<string, Record<string, number>>;
    expect(oidc!.ratio_to_floor).toBeGreaterThan(1);
    expect(citrix!.argon2_cpu_ms).toBeLessThan(citrix!.cpu_ms! * 2);
  });

  it('prints a table that says its figures mean nothing yet', () => {
    expect(said).toContain('sign-in, OIDC-brokered');
    expect(said).toContain('QUICK');
  });
});
