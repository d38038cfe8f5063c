/** What races about connections, on either engine: one winner, and the workspace's method always live (IDP-1, CON-13). */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Sealer } from '../../certs/sealing.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { OpenDatabase } from '../../src/database/database.ts';
import { createConnectionList } from '../../src/directory/connections/connection-list.ts';
import { createConnectionStates } from '../../src/directory/connections/connection-states.ts';
import { createConnections } from '../../src/directory/connections/connections.ts';
import { createChangeDetails } from '../../src/directory/connections/details.ts';
import { createDisconnecting } from '../../src/directory/connections/disconnecting.ts';
import { createConnectionDrafts } from '../../src/directory/connections/drafts.ts';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import { createOrganizations } from '../../src/directory/organizations.ts';
import { createSystemLog } from '../../src/system-log/system-log.ts';
import { definitionOf } from '../unit/directory/directory-under-test.ts';

const rounds = 5;
const settings = { issuer: 'https://alpha.okta.com', clientId: 'abc' };
const secrets = { clientSecret: 'a-secret-of-alpha' };

export function describeConnectionRaces(
  open: () => { one: OpenDatabase; other: OpenDatabase; clock: Clock; sealer: Sealer },
): void {
  /** One process's worth of the directory. */
  function processOn({ db, sqlite }: OpenDatabase) {
    const { clock, sealer } = open();
    const systemLog = createSystemLog({ db, clock });
    const needs = { db, clock, sealer, definitionOf, systemLog };
    return {
      organizations: createOrganizations(needs),
      connections: createConnections(needs),
      list: createConnectionList({ db, like: sqlite ? 'like' : 'ilike' }),
      states: createConnectionStates(needs),
      drafts: createConnectionDrafts(needs),
      changeDetails: createChangeDetails({ ...needs, onUseDropped: async () => undefined }),
      disconnecting: createDisconnecting({ ...needs, onDisconnected: async () => undefined }),
    };
  }
  const processes = () => [processOn(open().one), processOn(open().other)] as const;
  const uniqueName = () => `n${randomUUID().slice(0, 12)}`;
  const outcomes = (results: readonly PromiseSettledResult<unknown>[]) => results.map(({ status }) => status).sort();
  const oneWinner = ['fulfilled', 'rejected'];

  async function begin(here: ReturnType<typeof processOn>, kind = 'okta', more = {}) {
    const organization = await here.organizations.create({ name: 'Alpha KK', customerId: uniqueName() });
    const head = { kind, name: uniqueName(), ...more };
    const { connection } = await here.drafts.begin(operatorEditor, organization.id, head, { settings, secrets });
    return { organization, id: connection.id };
  }
  async function live(here: ReturnType<typeof processOn>) {
    const made = await begin(here);
    await here.drafts.makeLive(operatorEditor, made.id, 1, { untested: 'operator' });
    return { ...made, version: (await here.connections.find(made.id))!.version };
  }

  describe('Of connections', () => {
    test('one of two editors saves', async () => {
      const [here, there] = processes();
      for (let round = 0; round < rounds; round++) {
        const { id } = await begin(here);
        const save = (by: typeof here, clientId: string) =>
          by.drafts.save(operatorEditor, id, 1, { settings: { ...settings, clientId } });
        expect(outcomes(await Promise.allSettled([save(here, 'mine'), save(there, 'theirs')]))).toEqual(oneWinner);
        expect((await here.drafts.find({ id, kind: 'okta' }))?.revision).toBe(2);
      }
    });

    test('either what passed goes live or the other’s change is saved, never a mixture', async () => {
      const [here, there] = processes();
      for (let round = 0; round < rounds; round++) {
        const { id } = await begin(here);
        await here.drafts.notePassed(id, 1);
        const changed = { settings: { ...settings, clientId: 'untested' } };
        const results = await Promise.allSettled([
          here.drafts.makeLive(operatorEditor, id, 1),
          there.drafts.save(operatorEditor, id, 1, changed),
        ]);
        expect(outcomes(results)).toEqual(oneWinner);
        const { state, settings: now } = (await here.connections.find(id))!;
        if (results[0].status === 'fulfilled') expect([state, now.clientId]).toEqual(['live', 'abc']);
        else expect(state).toBe('draft');
      }
    });

    test('none is chosen as the workspace’s method in the moment when it is disconnected', async () => {
      const [here, there] = processes();
      for (let round = 0; round < rounds; round++) {
        const { organization, id, version } = await live(here);
        const results = await Promise.allSettled([
          here.disconnecting.disconnect(operatorEditor, id, version),
          there.organizations.setSubscriberConnection(organization.id, id),
        ]);
        expect(outcomes(results)).toEqual(oneWinner);
        const { subscriberConnectionId } = (await here.organizations.find(organization.id))!;
        const { state } = (await here.connections.find(id))!;
        expect([state, subscriberConnectionId]).toEqual(
          results[0].status === 'fulfilled' ? ['disconnected', null] : ['live', id],
        );
      }
    });

    test('no third identifier is taken at once beside two (SPEC §1)', async () => {
      const [here, there] = processes();
      const more = () => ({ administrators: true, identifier: uniqueName() });
      const { organization } = await begin(here, 'saml', more());
      const add = (by: typeof here) =>
        by.drafts.begin(operatorEditor, organization.id, { kind: 'saml', name: uniqueName(), ...more() });
      expect(outcomes(await Promise.allSettled([add(here), add(there)]))).toEqual(oneWinner);
    });

    test('one gets a name that two want', async () => {
      const [here, there] = processes();
      const { organization, id } = await begin(here);
      const { connection } = await here.drafts.begin(operatorEditor, organization.id, {
        kind: 'okta',
        name: uniqueName(),
      });
      const name = uniqueName();
      const rename = (by: typeof here, of: string) =>
        by.changeDetails(operatorEditor, of, { name, subscribers: true, administrators: false }, 1);
      expect(outcomes(await Promise.allSettled([rename(here, id), rename(there, connection.id)]))).toEqual(oneWinner);
    });

    test('a failing one is told of once, whoever finds it', async () => {
      const [here, there] = processes();
      const { organization, id } = await live(here);
      const connection = { id, organizationId: organization.id };
      const note = (by: typeof here) => by.states.noteFinding(connection, { level: 'failing', code: 'upstream_tls' });
      const told = await Promise.all([note(here), note(there), note(here), note(there)]);
      expect(told.filter(Boolean)).toHaveLength(1);
    });

    test('a list is filtered, searched and paged both ways', async () => {
      const [here] = processes();
      const { organization, id } = await live(here);
      for (const name of ['b One', 'B two', 'c 100% sure', 'd_four'])
        await here.drafts.begin(operatorEditor, organization.id, { kind: 'okta', name });
      const { name } = (await here.connections.find(id))!;
      const names = async (
        ...given: Parameters<typeof here.list.page> extends [string, ...infer Rest] ? Rest : never
      ) => (await here.list.page(organization.id, ...given)).items.map((item) => item.name);
      const all = await names({}, {}, 50);
      expect([...all].sort()).toEqual(['B two', 'b One', 'c 100% sure', 'd_four', name].sort());
      const first = await here.list.page(organization.id, {}, {}, 2);
      expect([first.hasPrevious, first.hasNext]).toEqual([false, true]);
      const second = await here.list.page(organization.id, {}, { after: first.items[1]!.name }, 2);
      expect([...first.items, ...second.items].map((item) => item.name)).toEqual(all.slice(0, 4));
      const back = await here.list.page(organization.id, {}, { before: second.items[0]!.name }, 2);
      expect(back.items).toEqual(first.items);
      expect(back.hasPrevious).toBe(false);
      expect(await names({ search: '0%' }, {}, 50)).toEqual(['c 100% sure']);
      expect(await names({ search: '_' }, {}, 50)).toEqual(['d_four']);
      expect((await names({ search: 'b ' }, {}, 50)).sort()).toEqual(['B two', 'b One']);
      expect(await names({ state: 'connected' }, {}, 50)).toEqual([name]);
      await here.states.noteFinding({ id, organizationId: organization.id }, { level: 'warning', code: 'x' });
      expect(await names({ state: 'connected' }, {}, 50)).toEqual([]);
      expect(await names({ state: 'warning', kind: 'okta' }, {}, 50)).toEqual([name]);
      expect(await names({ state: 'draft' }, {}, 50)).toHaveLength(4);
      expect(await here.list.missingKinds(organization.id, ['okta', 'saml'])).toEqual(['saml']);
    });
  });
}
