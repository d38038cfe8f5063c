/** `keys …`: our signing keys. */
import { type SigningKeyUse, signingKeyUses } from '../../certs/signing-keys.ts';
import { startOfDay } from '../core/calendar-day.ts';
import { type Command, columns, UsageError } from './command.ts';

const list: Command = {
  name: 'keys list',
  summary: 'List the signing keys: next, current, retired',
  options: {},
  async run(_values, io) {
    const { signingKeys } = await io.open();
    await signingKeys.ensure();
    const keys = (await signingKeys.load())
      .map(({ kid, use, state, algorithm, createdAt, retiredAt }) => ({
        kid,
        use,
        state,
        algorithm,
        createdAt,
        retiredAt,
      }))
      .sort((one, other) => one.use.localeCompare(other.use) || other.createdAt - one.createdAt);
    const rows = keys.map((key) => [key.use, key.state, key.algorithm, new Date(key.createdAt).toISOString(), key.kid]);
    return { json: keys, text: columns([['Use', 'State', 'Algorithm', 'Made', 'Key id'], ...rows]) };
  },
};

const rotate: Command = {
  name: 'keys rotate',
  summary: 'Let the next key sign; the current one retires and stays published for 72 hours',
  notes:
    'Servers notice within seconds and nobody is signed out. Rotating saml is work for customers: identity providers\nthat check our signatures must have read our metadata, where the next certificate is published, before.',
  options: {
    use: { value: 'USE', help: signingKeyUses.join(', '), required: true, multiple: true },
  },
  async run(values, io) {
    const uses = values.texts('use');
    const unknown = uses.filter((use) => !isUse(use));
    if (unknown.length > 0)
      throw new UsageError(`No such use: ${unknown.join(', ')}. There are ${signingKeyUses.join(', ')}`);
    const { signingKeys, record } = await io.open();
    await signingKeys.ensure();
    const current: { use: string; kid: string }[] = [];
    for (const use of uses.filter(isUse)) {
      const { kid } = await signingKeys.rotate(use);
      await record({
        event: 'platform/signingkeys/rotate',
        organizationId: null,
        target: { type: 'key', id: kid },
        detail: { use },
      });
      current.push({ use, kid });
    }
    return { json: current, text: columns(current.map(({ use, kid }) => [`${use} is now signed with`, kid])) };
  },
};

const schedule: Command = {
  name: 'keys schedule',
  summary: 'Plan the roll-over of our SAML key: connections switch one by one, and what is left on that day',
  notes:
    'Until then each connection signs with the next key once its identity provider has fetched our metadata from the address\nin the console, or when its administrator says so; the others are reminded by mail. On the day the next key signs for all.',
  options: {
    by: { value: 'DATE', help: 'As in 2027-03-31; at midnight UTC' },
    cancel: { help: 'Nothing is planned any more' },
  },
  async run(values, io) {
    const { by, cancel } = { by: values.text('by'), cancel: values.has('cancel') };
    if ((by === undefined) !== cancel) throw new UsageError('Give either --by or --cancel');
    const { samlRollover, signingKeys, clock } = await io.open();
    await signingKeys.ensure();
    if (by === undefined) {
      await samlRollover.plan(null);
      return { json: { due: null }, text: 'No roll-over of the SAML key is planned any more.' };
    }
    const at = startOfDay(by, 'UTC');
    if (at === undefined || at <= clock.now()) throw new UsageError(`"${by}" is no day to come, as in 2027-03-31`);
    await samlRollover.plan(at);
    const due = new Date(at).toISOString();
    return { json: { due }, text: `The next SAML key signs for all connections from ${due} on, at the latest.` };
  },
};

function isUse(use: string): use is SigningKeyUse {
  return (signingKeyUses as readonly string[]).includes(use);
}

export const keysCommands: readonly Command[] = [list, rotate, schedule];
