/** `keys …`: our signing keys. */
import { type SigningKeyUse, signingKeyUses } from '../../certs/signing-keys.ts';
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

function isUse(use: string): use is SigningKeyUse {
  return (signingKeyUses as readonly string[]).includes(use);
}

export const keysCommands: readonly Command[] = [list, rotate];
