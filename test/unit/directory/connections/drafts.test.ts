import { describe, expect, test } from 'vitest';
import { operatorEditor } from '../../../../src/directory/connections/editor.ts';
import { openDirectory, refusalOf } from '../directory-under-test.ts';

const settings = { issuer: 'https://alpha.okta.com', clientId: 'abc' };
const secrets = { clientSecret: 'canary-secret-1' };
const head = { kind: 'okta', name: 'Okta Tokyo' };

async function openWithOrganization() {
  const directory = await openDirectory();
  const organization = await directory.organizations.create({ name: 'Alpha KK', customerId: 'alpha' });
  const begin = () => directory.drafts.begin(operatorEditor, organization.id, head, { settings, secrets });
  return { ...directory, organization, begin };
}

describe('A draft of a connection', () => {
  test('may be incomplete, and says what is missing', async () => {
    await using it = await openWithOrganization();
    const { draft, connection } = await it.drafts.begin(operatorEditor, it.organization.id, head);
    expect(connection).toMatchObject({ state: 'draft', settings: {}, hasSecrets: false });
    expect(draft).toMatchObject({ settings: {}, secrets: [], revision: 1, passedAt: null });
    expect(draft.problems.map(({ path }) => path)).toEqual(['issuer', 'clientId', 'clientSecret']);
  });

  test('refuses what is wrong, and keeps what it had', async () => {
    await using it = await openWithOrganization();
    const { connection } = await it.begin();
    const wrong = { settings: { issuer: 'nonsense', other: 1 } };
    expect(await refusalOf(it.drafts.save(operatorEditor, connection.id, 1, wrong))).toMatchObject({
      code: 'settings_invalid',
      problems: [
        { path: 'issuer', message: expect.any(String) },
        { path: 'other', message: 'unknown key' },
      ],
    });
    expect(await it.drafts.find(connection)).toMatchObject({ settings, revision: 1 });
  });

  test('goes live only when these very settings have passed a test', async () => {
    await using it = await openWithOrganization();
    const { connection } = await it.begin();
    const { id } = connection;
    expect(await refusalOf(it.drafts.makeLive(operatorEditor, id, 1))).toMatchObject({ code: 'draft_not_passed' });
    expect(await it.drafts.notePassed(id, 1)).toBe(true);
    await it.drafts.save(operatorEditor, id, 1, { settings: { ...settings, clientId: 'other' } });
    expect(await it.drafts.notePassed(id, 1)).toBe(false);
    expect(await refusalOf(it.drafts.makeLive(operatorEditor, id, 2))).toMatchObject({ code: 'draft_not_passed' });
    await it.drafts.notePassed(id, 2);
    expect(await it.drafts.makeLive(operatorEditor, id, 2)).toMatchObject({ version: 2 });
    expect(await it.connections.find(id)).toMatchObject({ state: 'live', settings: { clientId: 'other' } });
    expect(await it.connections.openSettings({ id })).toMatchObject(secrets);
    expect(await it.drafts.find(connection)).toBeUndefined();
  });

  test('lets the live settings go on until it is live itself, and one step leads back', async () => {
    await using it = await openWithOrganization();
    const { connection } = await it.begin();
    const { id } = connection;
    await it.drafts.makeLive(operatorEditor, id, 1, { untested: 'operator' });
    const draft = await it.drafts.open(operatorEditor, id);
    expect(draft).toMatchObject({ basedOn: 2, settings, secrets: ['clientSecret'] });
    await it.drafts.save(operatorEditor, id, 1, { settings: { ...settings, clientId: 'second' } });
    expect(await it.connections.find(id)).toMatchObject({ version: 2, settings });
    await it.drafts.notePassed(id, 2);
    await it.drafts.makeLive(operatorEditor, id, 2);
    const live = await it.connections.find(id);
    expect(live).toMatchObject({ version: 3, settings: { clientId: 'second' } });
    const [newest, first] = await it.versions.list(live!);
    expect(newest).toMatchObject({
      number: 3,
      how: 'test',
      isLive: true,
      changes: [{ key: 'clientId', secret: false, before: 'abc', after: 'second' }],
    });
    expect(first).toMatchObject({ number: 2, how: 'operator', isLive: false });
    await it.versions.rollBack(operatorEditor, id, 2, 3);
    expect(await it.connections.find(id)).toMatchObject({ version: 4, settings });
    expect(await it.connections.openSettings({ id })).toMatchObject(secrets);
  });

  test('drops the secrets that were entered for another endpoint (RP-20)', async () => {
    await using it = await openWithOrganization();
    const { connection } = await it.begin();
    const moved = { settings: { ...settings, issuer: 'https://evil.okta.com' } };
    const saved = await it.drafts.save(operatorEditor, connection.id, 1, moved);
    expect(saved).toMatchObject({ dropped: ['clientSecret'], draft: { secrets: [] } });
    expect(await it.drafts.openSettings(connection.id)).toEqual({
      settings: moved.settings,
      revision: 2,
      createdAt: expect.any(Number),
    });
    const back = await it.drafts.save(operatorEditor, connection.id, 2, { settings });
    expect(back.draft.secrets).toEqual([]);
  });

  test('is not overwritten by somebody who has not seen it (CON-13)', async () => {
    await using it = await openWithOrganization();
    const { connection } = await it.begin();
    await it.drafts.save(operatorEditor, connection.id, 1, { settings: { ...settings, clientId: 'mine' } });
    const stale = it.drafts.save(operatorEditor, connection.id, 1, { settings });
    expect(await refusalOf(stale)).toMatchObject({ code: 'version_conflict' });
  });

  test('never shows a secret, nor does the log', async () => {
    await using it = await openWithOrganization();
    const { connection } = await it.begin();
    await it.drafts.makeLive(operatorEditor, connection.id, 1, { untested: 'operator' });
    for (const table of ['connections', 'connection_drafts', 'connection_versions', 'system_log'] as const)
      expect(JSON.stringify(await it.db.selectFrom(table).selectAll().execute())).not.toContain('canary-secret');
  });
});
