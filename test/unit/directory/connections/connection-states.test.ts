import { expect, test } from 'vitest';
import {
  createConnectionStates,
  stateOf,
  unknownHealth,
} from '../../../../src/directory/connections/connection-states.ts';
import { operatorEditor } from '../../../../src/directory/connections/editor.ts';
import { openDirectory, startOfTests } from '../directory-under-test.ts';

async function openWithConnection() {
  const directory = await openDirectory();
  const organization = await directory.organizations.create({ name: 'Alpha KK', customerId: 'alpha' });
  const settings = { issuer: 'https://alpha.okta.com', clientId: 'abc' };
  const { connection } = await directory.drafts.begin(
    operatorEditor,
    organization.id,
    { kind: 'okta', name: 'Okta' },
    { settings, secrets: { clientSecret: 'canary-secret-1' } },
  );
  await directory.drafts.makeLive(operatorEditor, connection.id, 1, { untested: 'operator' });
  const states = createConnectionStates(directory);
  const now = async () => (await states.healthOf([connection.id])).get(connection.id) ?? unknownHealth;
  return { ...directory, organization, connection: (await directory.connections.find(connection.id))!, states, now };
}

test('A finding keeps since when it is so, and tells once that the level changed', async () => {
  await using it = await openWithConnection();
  const { connection, states } = it;
  expect(stateOf(connection, await it.now())).toBe('connected');
  expect(await states.noteFinding(connection, { level: 'failing', code: 'discovery_missing' })).toBe(true);
  it.clock.advance(60_000);
  expect(await states.noteFinding(connection, { level: 'failing', code: 'upstream_tls' })).toBe(false);
  expect(await it.now()).toEqual({
    finding: { level: 'failing', code: 'upstream_tls', since: startOfTests },
    lastWorkedAt: null,
  });
  expect(stateOf(connection, await it.now())).toBe('failing');
  expect(await states.noteFinding(connection, { level: 'warning', code: 'certificate_expires' })).toBe(true);
  expect((await it.now()).finding?.since).toBe(startOfTests + 60_000);
  expect(await states.noteFinding(connection, null)).toBe(true);
  expect(await states.noteFinding(connection, null)).toBe(false);
  expect(stateOf(connection, await it.now())).toBe('connected');
});

test('When it last worked is written once a minute', async () => {
  await using it = await openWithConnection();
  await it.states.noteWorked(it.connection);
  it.clock.advance(30_000);
  await it.states.noteWorked(it.connection);
  expect((await it.now()).lastWorkedAt).toBe(startOfTests);
  it.clock.advance(30_000);
  await it.states.noteWorked(it.connection);
  expect((await it.now()).lastWorkedAt).toBe(startOfTests + 60_000);
});

test('Disconnecting forgets what was found, and keeps when it last worked', async () => {
  await using it = await openWithConnection();
  await it.states.noteFinding(it.connection, { level: 'failing', code: 'upstream_tls' });
  await it.states.noteWorked(it.connection);
  await it.disconnecting.disconnect(operatorEditor, it.connection.id, it.connection.version);
  expect(await it.now()).toEqual({ finding: null, lastWorkedAt: startOfTests });
  const disconnected = (await it.connections.find(it.connection.id))!;
  expect(stateOf(disconnected, await it.now())).toBe('disconnected');
  await it.disconnecting.remove(operatorEditor, disconnected.id, disconnected.version);
  expect(await it.now()).toEqual(unknownHealth);
});
