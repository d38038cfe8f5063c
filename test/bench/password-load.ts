/**
 * What a password costs: the step that compares it, beside argon2 alone with the same parameters; and whether the server
 * still answers others while a hundred people give theirs at once.
 *
 * The step is one request (the form's post, a right password). What leads to the form is done before the clock runs.
 */

import type { Usage } from './measured-process.ts';
import { median } from './median.ts';
import type { PinnedProcess } from './pinned-process.ts';
import type { Administrator, RelyingParty } from './sign-in-client.ts';
import { openPasswordForm } from './sign-in-client.ts';

export interface PasswordFigures {
  /** CPU milliseconds of one step, and of one comparison. */
  stepMs: number;
  argon2Ms: number;
  /** argon2's rate is this much of the step's, by round. */
  ratio: number;
  /** Event loop delay, 99th percentile, milliseconds: while all give their passwords at once, and without them. */
  lagMs: { busy: number; idle: number; ratio: number };
}

export interface PasswordLoad {
  process: PinnedProcess;
  party: RelyingParty;
  people: readonly Administrator[];
  rounds: number;
  perRound: number;
}

export async function measurePasswords({
  process,
  party,
  people,
  rounds,
  perRound,
}: PasswordLoad): Promise<PasswordFigures> {
  const cpuOf = async (work: () => Promise<unknown>): Promise<number> => {
    const before = (await process.ask<Usage>('usage')).cpuMs;
    await work();
    return ((await process.ask<Usage>('usage')).cpuMs - before) / perRound;
  };
  const steps: number[] = [];
  const comparisons: number[] = [];
  // The first round only warms up.
  for (let round = 0; round <= rounds; round++) {
    const forms = await openForms(party, people.slice(0, perRound));
    const step = await cpuOf(async () => {
      const worker = async (): Promise<void> => {
        for (let form = forms.pop(); form; form = forms.pop()) await form.send(form.person.password, 303);
      };
      await Promise.all(Array.from({ length: 8 }, worker));
    });
    const comparison = await cpuOf(() => process.ask('comparePasswords', perRound));
    if (round === 0) continue;
    steps.push(step);
    comparisons.push(comparison);
  }
  const lags = { busy: [] as number[], idle: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    const busy = await lagWhile(process, await openForms(party, people), async (forms) => {
      await Promise.all(forms.map((form) => form.send(form.person.password, 303)));
    });
    // The same form at the same pace, without a password: nothing is compared.
    const idle = await lagWhile(process, await openForms(party, people), async (forms) => {
      const pause = busy.tookMs / forms.length;
      const begun = performance.now();
      await Promise.all(
        forms.map(async (form, index) => {
          const wait = begun + index * pause - performance.now();
          if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
          await form.send('', 422);
        }),
      );
    });
    if (round === 0) continue;
    lags.busy.push(busy.lagMs);
    lags.idle.push(idle.lagMs);
  }
  return {
    stepMs: median(steps),
    argon2Ms: median(comparisons),
    ratio: median(comparisons.map((ms, round) => ms / steps[round]!)),
    lagMs: {
      busy: median(lags.busy),
      idle: median(lags.idle),
      ratio: median(lags.busy.map((ms, round) => ms / lags.idle[round]!)),
    },
  };
}

interface OpenForm {
  person: Administrator;
  send(password: string, status: number): Promise<void>;
}

async function openForms(party: RelyingParty, people: readonly Administrator[]): Promise<OpenForm[]> {
  const forms: OpenForm[] = [];
  for (const person of people) forms.push({ person, send: await openPasswordForm(party, person.email) });
  return forms;
}

async function lagWhile(process: PinnedProcess, forms: OpenForm[], work: (forms: OpenForm[]) => Promise<void>) {
  await process.ask('watchLag');
  const begun = performance.now();
  await work(forms);
  const tookMs = performance.now() - begun;
  const { p99Ms } = await process.ask<{ p99Ms: number }>('lag');
  return { lagMs: p99Ms, tookMs };
}
