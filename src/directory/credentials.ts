/**
 * Passwords as hashes: argon2id, unless configured otherwise in the OWASP's smallest recommended size (m = 19 MiB,
 * t = 2, p = 1).
 *
 * Owns: hashing, comparing, and how many run at once. Does not own: which passwords are allowed (`password-rules.ts`),
 * whose they are (`identities.ts`), how often somebody may try (`password-throttle.ts`).
 */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import type { Config } from '../config/config.ts';
import { DirectoryError } from './errors.ts';

export interface PasswordCost {
  /** KiB. */
  memoryCost: number;
  timeCost: number;
  parallelism: number;
}
export const standardPasswordCost: PasswordCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** SECURITY ID-14: compared at most. A longer one cannot have been set; it is wrong without being hashed. */
const longestCompared = 256;

export interface PasswordHasher {
  /** PHC string. */
  hash(password: string): Promise<string>;
  /** False takes as long as true. `undefined` (nobody has this name) takes as long as somebody's wrong password. */
  matches(passwordHash: string | undefined, password: string): Promise<boolean>;
  /** Made when less was asked for than now: to be made again when the password is next known. */
  isWeaker(passwordHash: string): boolean;
}

/**
 * `concurrency`: hashes at once (20 MB and one core each). `queueLimit`: how many may wait; beyond that the call is
 * refused at once with `too_busy` instead of taking everybody's sign-in along (SECURITY ID-15).
 */
export function createPasswordHasher(
  limits: { concurrency?: number; queueLimit?: number; cost?: PasswordCost } = {},
): PasswordHasher {
  const cost = { ...(limits.cost ?? standardPasswordCost) };
  const inTurn = createTurnstile(limits.concurrency ?? Math.min(4, availableParallelism()), limits.queueLimit ?? 128);
  // Of the same cost as a real one and equal to no password's: what an unknown name is compared with (ID-02).
  const nobody = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$${unpadded(16)}$${unpadded(32)}`;
  return {
    hash: (password) => inTurn(() => hash(password.normalize('NFKC'), cost)),
    async matches(passwordHash, password) {
      if (password.length > longestCompared) return false;
      const same = await inTurn(() => verify(passwordHash ?? nobody, password.normalize('NFKC')));
      return same && passwordHash !== undefined;
    },
    isWeaker(passwordHash) {
      const made = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/.exec(passwordHash);
      if (!made) return true;
      const [memory, time] = made.slice(1).map(Number) as [number, number];
      return memory < cost.memoryCost || time < cost.timeCost;
    },
  };
}

/** As the operator configured it. */
export function hasherOptionsOf(
  config: Pick<Config, 'passwordMemory' | 'passwordIterations' | 'passwordConcurrency'>,
): Parameters<typeof createPasswordHasher>[0] {
  const { passwordMemory: memoryCost, passwordIterations: timeCost, passwordConcurrency: concurrency } = config;
  return { cost: { memoryCost, timeCost, parallelism: 1 }, ...(concurrency !== undefined && { concurrency }) };
}

function unpadded(bytes: number): string {
  return randomBytes(bytes).toString('base64').replace(/=+$/, '');
}

function createTurnstile(concurrency: number, queueLimit: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (running >= concurrency) {
      if (waiting.length >= queueLimit) throw new DirectoryError('too_busy', 'Too many passwords are being compared');
      // Whoever ends hands its place over, so that nobody slips in between.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
