/** From what was measured to what is told: the JSON with its fixed keys, and the table for people. Pure. */
import { median } from './median.ts';
import type { PasswordFigures } from './password-load.ts';
import type { Start } from './start-up.ts';

export type LaneName =
  | 'floor'
  | 'oidc'
  | 'oidcOfMany'
  | 'saml'
  | 'citrix'
  | 'workspace'
  | 'bareAnswer'
  | 'sessionCheck';
/** CPU milliseconds of one, by round. */
export type Costs = Record<LaneName, number[]>;

/** Keys that others read: they stay. */
export interface Report {
  quick: boolean;
  floor: { cpu_ms: number; per_s: number };
  oidc_brokered: { cpu_ms: number; per_s: number; ratio_to_floor: number };
  saml_brokered: { cpu_ms: number; per_s: number; ratio_to_oidc: number };
  citrix_identity: { cpu_ms: number; per_s: number; argon2_cpu_ms: number };
  /** The request that compares a password, beside argon2 alone. */
  password_step: { cpu_ms: number; per_s: number; argon2_cpu_ms: number; ratio_to_argon2: number };
  /** While a hundred people give their passwords at once: event loop delay. */
  password_rush: { lag_p99_ms: number; idle_lag_p99_ms: number; ratio_to_idle: number };
  workspace_leg: { cpu_ms: number; per_s: number };
  session_check: { cpu_ms: number; per_s: number; bare_per_s: number; ratio_to_bare: number };
  start: { ms_1: number; ms_10000: number; ratio_10000_to_1: number; cpu_ms_1: number; cpu_ms_10000: number };
  connections: { ratio_10000_to_1: number };
  rss_mb: number;
}

export interface Measured {
  costs: Costs;
  argon2Ms: number;
  passwords: PasswordFigures;
  rssMb: number;
  /** With one connection, with many. */
  starts: readonly Start[];
  quick: boolean;
}

export function reportOf({ costs, argon2Ms, passwords, rssMb, starts, quick }: Measured): Report {
  const cost = (lane: LaneName) => {
    const cpuMs = median(costs[lane]);
    return { cpu_ms: round(cpuMs), per_s: round(1000 / cpuMs) };
  };
  const ratio = (lane: LaneName, to: LaneName) => round(median(costs[lane].map((ms, at) => ms / costs[to][at]!)));
  const [one, many] = starts as [Start, Start];
  return {
    quick,
    floor: cost('floor'),
    oidc_brokered: { ...cost('oidc'), ratio_to_floor: ratio('oidc', 'floor') },
    saml_brokered: { ...cost('saml'), ratio_to_oidc: ratio('saml', 'oidc') },
    citrix_identity: { ...cost('citrix'), argon2_cpu_ms: round(argon2Ms) },
    password_step: {
      cpu_ms: round(passwords.stepMs),
      per_s: round(1000 / passwords.stepMs),
      argon2_cpu_ms: round(passwords.argon2Ms),
      ratio_to_argon2: round(passwords.ratio),
    },
    password_rush: {
      lag_p99_ms: round(passwords.lagMs.busy),
      idle_lag_p99_ms: round(passwords.lagMs.idle),
      ratio_to_idle: round(passwords.lagMs.ratio),
    },
    workspace_leg: cost('workspace'),
    session_check: {
      ...cost('sessionCheck'),
      bare_per_s: cost('bareAnswer').per_s,
      // Of rates, so the other way round than of costs.
      ratio_to_bare: ratio('bareAnswer', 'sessionCheck'),
    },
    start: {
      ms_1: round(one.wallMs),
      ms_10000: round(many.wallMs),
      ratio_10000_to_1: round(many.wallMs / one.wallMs),
      cpu_ms_1: round(one.cpuMs),
      cpu_ms_10000: round(many.cpuMs),
    },
    connections: { ratio_10000_to_1: ratio('oidcOfMany', 'oidc') },
    rss_mb: round(rssMb),
  };
}

/** `pinned`: the server had a core to itself. */
export function tableOf(report: Report, pinned: boolean): string {
  const {
    floor,
    oidc_brokered: oidc,
    saml_brokered: saml,
    citrix_identity: citrix,
    password_step: step,
    password_rush: rush,
    session_check: check,
    start,
  } = report;
  const rows: string[][] = [
    ['', 'CPU-ms', 'per second', 'ratio', 'to reach'],
    line('bare oidc-provider (the floor)', floor),
    line('sign-in, OIDC-brokered', oidc, `${oidc.ratio_to_floor} × floor`, '≤ 2.0'),
    line('sign-in, SAML-brokered', saml, `${saml.ratio_to_oidc} × OIDC`),
    line('sign-in, Citrix identity', citrix, `of it ${citrix.argon2_cpu_ms} ms argon2`),
    line('of it the password', step, `${step.ratio_to_argon2} × argon2 alone (${step.argon2_cpu_ms} ms)`, '≥ 0.85'),
    [
      'event loop, 100 passwords at once',
      '',
      '',
      `p99 ${rush.lag_p99_ms} ms, ${rush.ratio_to_idle} × without (${rush.idle_lag_p99_ms} ms)`,
      '≤ 3 ×',
    ],
    line("the workspace's own leg", report.workspace_leg),
    line('session check', check, `${check.ratio_to_bare} × bare Express (${check.bare_per_s}/s)`, '≥ 0.65'),
    ['sign-in at 10,000 connections', '', '', `${report.connections.ratio_10000_to_1} × at 1`, '≤ 1.10'],
    ['start with 1 connection', String(start.cpu_ms_1), '', `${start.ms_1} ms`, '< 1 s'],
    [
      'start with 10,000',
      String(start.cpu_ms_10000),
      '',
      `${start.ms_10000} ms, ${start.ratio_10000_to_1} ×`,
      '≤ 1.2 ×',
    ],
    ['resident after 5,000 sign-ins', '', '', `${report.rss_mb} MB`, '< 200 MB'],
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 1 || column === 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
  const notes = [
    pinned
      ? 'The server on one core, load and upstreams on another.'
      : 'NOT pinned to cores: needs taskset and two cores.',
    'CPU time of the server process; per second is what one core gives. Medians of interleaved rounds.',
    ...(report.quick ? ['QUICK: these figures only show that it runs.'] : []),
  ];
  return [...lines, '', ...notes].join('\n');
}

function line(name: string, cost: { cpu_ms: number; per_s: number }, ratio = '', target = ''): string[] {
  return [
    name,
    cost.cpu_ms.toFixed(cost.cpu_ms < 1 ? 3 : 2),
    Math.round(cost.per_s).toLocaleString('en'),
    ratio,
    target,
  ];
}

/** More digits would say more than a shared machine knows. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
