import { describe, expect, test } from 'vitest';
import { createConnections } from '../../../../src/directory/connections/connections.ts';
import { readConnectionFile } from '../../../../src/directory/connections/new-connection.ts';
import { definitionOf, openDirectory, refusalOf } from '../directory-under-test.ts';

const settings = {
  issuer: 'https://alpha.okta.com',
  clientId: 'abc',
  clientSecret: 'canary-secret-1',
  nested: { apiToken: 'canary-secret-2' },
};
const draft = { kind: 'okta', name: 'Okta Tokyo', settings };
const forAdministrators = { kind: 'saml', name: 'ADFS', administrators: true, identifier: 'alpha-adfs', settings };

async function openWithOrganization() {
  const directory = await openDirectory();
  const organization = await directory.organizations.create({ name: 'Alpha KK', customerId: 'alpha' });
  return { ...directory, organization };
}

describe('a connection', () => {
  test('is a draft until it is made live', async () => {
    await using directory = await openWithOrganization();
    const { organization, connections } = directory;
    const connection = await connections.create(organization.id, draft);
    expect(connection.state).toBe('draft');
    const asMethod = () => directory.organizations.setSubscriberConnection(organization.id, connection.id);
    expect((await refusalOf(asMethod())).code).toBe('connection_not_live');
    const live = await connections.makeLive(connection.id);
    expect([live.state, live.version]).toEqual(['live', 2]);
    expect((await connections.makeLive(connection.id)).version).toBe(2);
    expect((await asMethod()).subscriberConnectionId).toBe(connection.id);
  });

  test('keeps its secrets sealed, bound to its row, and gives them only to who opens it', async () => {
    await using directory = await openWithOrganization();
    const { connections, organization, db } = directory;
    const connection = await connections.create(organization.id, draft);
    const other = await connections.create(organization.id, { ...draft, name: 'Second' });
    const row = await db
      .selectFrom('connections')
      .selectAll()
      .where('id', '=', connection.id)
      .executeTakeFirstOrThrow();
    expect(JSON.stringify(row)).not.toContain('canary');
    expect(JSON.stringify(await connections.list(organization.id))).not.toContain('canary');
    expect(await connections.openSettings(connection)).toEqual({
      ...settings,
      nested: { apiToken: 'canary-secret-2', pageSize: 20 },
    });
    await db
      .updateTable('connections')
      .set({ secrets_sealed: row.secrets_sealed })
      .where('id', '=', other.id)
      .execute();
    await expect(connections.openSettings(other)).rejects.toThrow('not_authentic');
  });

  test('of another organization cannot become the sign-in method', async () => {
    await using directory = await openWithOrganization();
    const beta = await directory.organizations.create({ name: 'Beta', customerId: 'beta' });
    const foreign = await directory.connections.create(beta.id, draft);
    await directory.connections.makeLive(foreign.id);
    const refusal = await refusalOf(
      directory.organizations.setSubscriberConnection(directory.organization.id, foreign.id),
    );
    expect(refusal.code).toBe('not_found');
  });

  test('has a name of its own within its organization', async () => {
    await using directory = await openWithOrganization();
    const { connections, organization } = directory;
    await connections.create(organization.id, draft);
    expect((await refusalOf(connections.create(organization.id, draft))).code).toBe('name_taken');
    expect(await connections.list(organization.id)).toHaveLength(1);
  });

  test('is found by its identifier as a person types it', async () => {
    await using directory = await openWithOrganization();
    const { connections, organization } = directory;
    const connection = await connections.create(organization.id, forAdministrators);
    expect((await connections.findByIdentifier(' Alpha-ADFS '))?.id).toBe(connection.id);
    expect(await connections.findByIdentifier('alpha')).toBeUndefined();
  });

  test('is refused an identifier that any organization has, and nothing is left behind', async () => {
    await using directory = await openWithOrganization();
    const { connections, organization, organizations } = directory;
    await connections.create(organization.id, forAdministrators);
    const beta = await organizations.create({ name: 'Beta', customerId: 'beta' });
    expect((await refusalOf(connections.create(beta.id, forAdministrators))).code).toBe('identifier_taken');
    expect(await connections.list(beta.id)).toEqual([]);
  });

  test('can be opened by a process that holds the same sealing keys only', async () => {
    await using directory = await openWithOrganization();
    await using stranger = await openDirectory();
    const connection = await directory.connections.create(directory.organization.id, draft);
    const elsewhere = createConnections({ ...directory, sealer: stranger.sealer, definitionOf });
    await expect(elsewhere.openSettings(connection)).rejects.toThrow('unknown_key');
  });
});

describe('a connection file', () => {
  const read = (text: string) => readConnectionFile(text, definitionOf);

  test('may be YAML or JSON', () => {
    const yaml =
      'kind: okta\nname: Okta\nsettings:\n  issuer: https://a.okta.com\n  clientId: a\n  clientSecret: 12345678\n';
    expect(() => read(yaml)).toThrow();
    expect(read(yaml.replace('12345678', '"12345678"')).settings).toMatchObject({ clientSecret: '12345678' });
    expect(read(JSON.stringify(draft))).toMatchObject({ kind: 'okta', subscribers: true, administrators: false });
  });

  test('has all its problems reported at once, with key paths', async () => {
    const text = [
      'kind: okta',
      'nmae: Okta',
      'administrators: true',
      'identifier: api',
      'settings:',
      '  issuer: nonsense',
      '  clientID: abc',
      '  nested: { apiToken: 1 }',
    ].join('\n');
    const refusal = await refusalOf((async () => read(text))());
    expect(refusal.code).toBe('connection_file_invalid');
    expect(refusal.problems.map((problem) => problem.path).sort()).toEqual([
      'administrators',
      'identifier',
      'name',
      'nmae',
      'settings.clientID',
      'settings.clientId',
      'settings.clientSecret',
      'settings.issuer',
      'settings.nested.apiToken',
    ]);
  });

  test('that names a key twice or is no YAML says where', async () => {
    const twice = await refusalOf((async () => read('kind: okta\nkind: saml\n'))());
    expect(twice.problems[0]?.path).toBe('line 2, column 1');
    const broken = await refusalOf((async () => read('kind: [okta'))());
    expect(broken.problems[0]?.path).toMatch(/^line 1/);
  });

  test('with an unknown kind, an empty file and a list are refused', async () => {
    expect((await refusalOf((async () => read('kind: kerberos\nname: X\nsettings: {}'))())).problems).toEqual([
      { path: 'kind', message: '"kerberos" is no kind of connection' },
    ]);
    expect((await refusalOf((async () => read(''))())).code).toBe('connection_file_invalid');
    expect((await refusalOf((async () => read('- okta'))())).code).toBe('connection_file_invalid');
  });

  test('does not repeat a secret in its problems', async () => {
    const refusal = await refusalOf(
      (async () => read(JSON.stringify({ ...draft, settings: { ...settings, clientSecret: 'canary' } })))(),
    );
    expect(JSON.stringify(refusal.problems)).not.toContain('canary');
  });
});
