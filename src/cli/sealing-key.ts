/**
 * `sealing-key …`: the key that seals secrets at rest, which lives outside the database.
 *
 * Order matters for whoever is interrupted: the new key is on disk, and known to all servers, before anything is
 * sealed or signed with it, and an old one leaves the file only when nothing needs it.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { createSealer } from '../../certs/sealing.ts';
import { generateSealingKey, type SealingKey } from '../../certs/sealing-keys.ts';
import { openSealingKeys, sealingKeyPath, writeSealingKeys } from '../config/sealing-key-file.ts';
import { resealAll } from '../directory/resealing.ts';
import type { Command } from './command.ts';
import type { Installation } from './installation.ts';
import { RefusedError } from './refused-error.ts';

const day = 86_400_000;
/** Servers read the file every 2 s (`server.ts`). */
const untilServersKnow = 4_000;
/**
 * Rows are sealed again at once, tokens and grants whenever they are used, cookies not at all: after this time what
 * an old key has made belongs to sessions that have ended (SES-4: 14 days of inactivity at most).
 */
const untilNothingNeedsIt = 15 * day;

const list: Command = {
  name: 'sealing-key list',
  summary: 'List the ids of the sealing keys, the current one first; never the keys',
  options: {},
  async run(_values, io) {
    const ids = openSealingKeys(io.config()).map(({ id }) => id);
    return { json: ids, text: ids.map((id, index) => `${id}${index === 0 ? '  (current)' : ''}`).join('\n') };
  },
};

const rotate: Command = {
  name: 'sealing-key rotate',
  summary: 'Make a new sealing key and seal everything with it, while servers run',
  notes:
    'The new key is put last into the key file and first some seconds later, when all servers on this file know it.\nOld keys stay in it, for what is short-lived and for older backups, until "sealing-key drop". Back the file up,\napart from the database.',
  options: {},
  async run(_values, io) {
    const path = requireFile(sealingKeyPath(io.config()));
    const installation = await io.open();
    const old = openSealingKeys(io.config());
    const fresh = generateSealingKey();
    // What one server makes with the new key, the next request may bring to another: first all must open it.
    writeSealingKeys(path, [...old, fresh]);
    await wait(untilServersKnow);
    const keys = [fresh, ...old];
    writeSealingKeys(path, keys);
    // And a row that a server seals with the old key after it was sealed again would be lost by "drop".
    await wait(untilServersKnow);
    const counts = await reseal(installation, keys);
    await recordRotation(installation, keys, counts.resealed);
    return {
      json: { current: keys[0]!.id, ...counts },
      text: `Sealing key ${keys[0]!.id} is current; ${counts.resealed} of ${counts.examined} secrets were sealed again.\nOld keys are kept in ${path}.`,
    };
  },
};

const resealCommand: Command = {
  name: 'sealing-key reseal',
  summary: 'Seal with the current key whatever an older one has sealed',
  notes:
    'For keys that come from SEKISHO_SEALING_KEY or a file of your own: put the new key after the old one and restart the servers\none after another; put it first and restart them again; then run this. The old key can go 15 days later.',
  options: {},
  async run(_values, io) {
    const installation = await io.open();
    const keys = openSealingKeys(io.config());
    const counts = await reseal(installation, keys);
    if (counts.resealed > 0) await recordRotation(installation, keys, counts.resealed);
    return { json: counts, text: `${counts.resealed} of ${counts.examined} secrets were sealed again.` };
  },
};

const drop: Command = {
  name: 'sealing-key drop',
  summary: 'Forget the old sealing keys, once nothing in the database needs them',
  notes:
    'Refused until 15 days after a rotation: then no session, token or cookie needs an old key. Backups from before the\nrotation cannot be restored any longer without the old keys.',
  options: { 'at-once': { help: 'Do not wait (an old key is in wrong hands): people sign in again' } },
  async run(values, io) {
    const path = requireFile(sealingKeyPath(io.config()));
    const keys = openSealingKeys(io.config());
    const installation = await io.open();
    if (keys.length > 1 && !values.has('at-once')) await refuseEarly(installation);
    await reseal(installation, keys);
    const [current, ...old] = keys;
    writeSealingKeys(path, [current!]);
    const dropped = old.map(({ id }) => id);
    return {
      json: { current: current!.id, dropped },
      text: `Kept ${current!.id}; dropped ${dropped.join(', ') || 'none'}.`,
    };
  },
};

async function refuseEarly({ systemLog, clock }: Installation): Promise<void> {
  const [last] = await systemLog.list({ organizationId: null, event: 'platform/sealingkey/rotate', limit: 1 });
  const until = (last?.recordedAt ?? 0) + untilNothingNeedsIt;
  if (clock.now() >= until) return;
  throw new RefusedError(
    `Sessions may need the old key until ${new Date(until).toISOString()}; with --at-once their people sign in again`,
  );
}

/** Repeats until nothing is left that somebody changed at the same moment. */
async function reseal({ database }: Installation, keys: readonly SealingKey[]) {
  const sealer = createSealer(keys);
  let resealed = 0;
  for (let round = 0; round < 10; round++) {
    const counts = await resealAll({ db: database.db, sealer });
    resealed += counts.resealed;
    if (counts.left === 0) return { examined: counts.examined, resealed };
  }
  throw new RefusedError('Secrets keep changing while they are sealed again; run "sealing-key reseal" once more');
}

async function recordRotation(installation: Installation, keys: readonly SealingKey[], resealed: number) {
  await installation.record({
    event: 'platform/sealingkey/rotate',
    organizationId: null,
    target: { type: 'key', id: keys[0]!.id },
    detail: { resealed },
  });
}

function requireFile(path: string | undefined): string {
  if (path !== undefined) return path;
  throw new RefusedError(
    'The sealing keys come from SEKISHO_SEALING_KEY: "sealing-key reseal --help" says how to change them there',
  );
}

export const sealingKeyCommands: readonly Command[] = [list, rotate, resealCommand, drop];
