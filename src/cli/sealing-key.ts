/**
 * `sealing-key …`: the key that seals secrets at rest, which lives outside the database.
 *
 * Order matters for whoever is interrupted: the new key is on disk before anything is sealed with it, and an old one
 * leaves the file only when nothing in the database needs it.
 */
import { createSealer } from '../../certs/sealing.ts';
import { generateSealingKey, type SealingKey } from '../../certs/sealing-keys.ts';
import { openSealingKeys, sealingKeyPath, writeSealingKeys } from '../config/sealing-key-file.ts';
import { resealAll } from '../directory/resealing.ts';
import type { Command } from './command.ts';
import type { Installation } from './installation.ts';
import { RefusedError } from './refused-error.ts';

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
    'The new key is put first into the key file; servers on this file notice by themselves. Old keys stay in it, for\nwhat is short-lived and for older backups, until "sealing-key drop". Back the file up, apart from the database.',
  options: {},
  async run(_values, io) {
    const path = requireFile(sealingKeyPath(io.config()));
    const installation = await io.open();
    const keys = [generateSealingKey(), ...openSealingKeys(io.config())];
    writeSealingKeys(path, keys);
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
    'For keys that come from SEKISHO_SEALING_KEY or a file of your own: put the new key first, the old one after it,\nrestart the servers one after another, then run this. Afterwards the old key can go.',
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
    'Wait three days after a rotation: what sessions keep sealed has ended by then. Backups from before the rotation\ncannot be restored any longer without the old keys.',
  options: {},
  async run(_values, io) {
    const path = requireFile(sealingKeyPath(io.config()));
    const keys = openSealingKeys(io.config());
    await reseal(await io.open(), keys);
    const [current, ...old] = keys;
    writeSealingKeys(path, [current!]);
    const dropped = old.map(({ id }) => id);
    return {
      json: { current: current!.id, dropped },
      text: `Kept ${current!.id}; dropped ${dropped.join(', ') || 'none'}.`,
    };
  },
};

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
    'The sealing keys come from SEKISHO_SEALING_KEY: put a new one first there, restart the servers, then run "sealing-key reseal"',
  );
}

export const sealingKeyCommands: readonly Command[] = [list, rotate, resealCommand, drop];
