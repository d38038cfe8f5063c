import { describe, expect, test } from 'vitest';
import type { AdministratorDraft } from '../../../src/directory/administrator-rows.ts';
import { operator } from '../../../src/directory/authority.ts';
import { addUp, mayUse } from '../../../src/directory/permissions.ts';
import { openDirectory, refusalOf } from './directory-under-test.ts';

const settings = { issuer: 'https://adfs.test', clientId: 'a', clientSecret: 'long-secret' };
const groupAccess = { access: 'custom', permissions: ['library', 'domains'] } as const;

async function openWithPeople() {
  const directory = await openDirectory();
  const organization = await directory.organizations.create({ name: 'Alpha', customerId: 'alpha' });
  const beta = await directory.organizations.create({ name: 'Beta', customerId: 'beta' });
  const draft = { kind: 'saml', name: 'ADFS', administrators: true, identifier: 'alpha-adfs', settings };
  const adfs = await directory.connections.create(organization.id, draft);
  const person = (name: string) => ({ email: `${name}@alpha.test`, displayName: name, password: 'Rabbit-Hole-42' });
  const alice = await directory.identities.create(person('alice'));
  const bob = await directory.identities.create(person('bob'));
  const identityDraft = (identity: typeof alice): AdministratorDraft => ({
    organizationId: organization.id,
    kind: 'identity',
    connectionId: 'citrix',
    subject: identity.id,
    displayName: identity.displayName,
    email: identity.email,
    access: { access: 'full' },
  });
  const groupDraft = (subject: string): AdministratorDraft => ({
    organizationId: organization.id,
    kind: 'ad-group',
    connectionId: adfs.id,
    subject,
    displayName: `Group ${subject}`,
    access: groupAccess,
  });
  return { ...directory, organization, beta, adfs, alice, bob, identityDraft, groupDraft };
}

describe('memberships', () => {
  test('of an identity lead to every organization it administers', async () => {
    await using directory = await openWithPeople();
    const { administrators, alice, identityDraft, organization, beta } = directory;
    await administrators.add(identityDraft(alice), operator);
    await administrators.add({ ...identityDraft(alice), organizationId: beta.id, access: groupAccess }, operator);
    const memberships = await administrators.membershipsOf({ connectionId: 'citrix', subject: alice.id });
    expect(new Map(memberships.map((each) => [each.organizationId, each.access]))).toEqual(
      new Map<string, unknown>([
        [organization.id, { access: 'full' }],
        [beta.id, { access: 'custom', permissions: ['domains', 'library'] }],
      ]),
    );
  });

  test('of several groups add up', async () => {
    await using directory = await openWithPeople();
    const { administrators, groupDraft, adfs, organization } = directory;
    await administrators.add(groupDraft('S-1-5-21-1-1'), operator);
    await administrators.add(
      {
        ...groupDraft('S-1-5-21-1-2'),
        access: { access: 'custom', permissions: ['system-log', 'domains'] },
      },
      operator,
    );
    const groups = ['S-1-5-21-1-1', 'S-1-5-21-1-2', 'S-1-5-21-9-9'];
    const memberships = await administrators.membershipsOf({ connectionId: adfs.id, subject: 'dave', groups });
    expect(memberships).toHaveLength(1);
    expect(memberships[0]).toMatchObject({
      organizationId: organization.id,
      access: { access: 'custom', permissions: ['domains', 'library', 'system-log'] },
    });
    expect(memberships[0]?.administratorIds).toHaveLength(2);
  });

  test('are nobody’s who has the same group or subject at another connection', async () => {
    await using directory = await openWithPeople();
    const { administrators, groupDraft, alice, identityDraft } = directory;
    await administrators.add(groupDraft('S-1-5-21-1-1'), operator);
    await administrators.add(identityDraft(alice), operator);
    expect(await administrators.membershipsOf({ connectionId: 'other', subject: alice.id })).toEqual([]);
    expect(
      await administrators.membershipsOf({ connectionId: 'citrix', subject: 'x', groups: ['S-1-5-21-1-1'] }),
    ).toEqual([]);
  });

  test('are not to be had by a subject that is called like a group, or a group like a subject', async () => {
    await using directory = await openWithPeople();
    const { administrators, groupDraft, adfs, alice, identityDraft } = directory;
    await administrators.add(groupDraft('S-1-5-21-1-1'), operator);
    await administrators.add(identityDraft(alice), operator);
    expect(await administrators.membershipsOf({ connectionId: adfs.id, subject: 'S-1-5-21-1-1' })).toEqual([]);
    expect(await administrators.membershipsOf({ connectionId: 'citrix', subject: 'x', groups: [alice.id] })).toEqual(
      [],
    );
  });
});

describe('an administrator', () => {
  test('cannot be removed as the last one with full access and a Citrix identity', async () => {
    await using directory = await openWithPeople();
    const { administrators, alice, bob, identityDraft, groupDraft, organization } = directory;
    const first = await administrators.add(identityDraft(alice), operator);
    const custom = await administrators.add({ ...identityDraft(bob), access: groupAccess }, operator);
    const group = await administrators.add(groupDraft('S-1-5-21-1-1'), operator);
    const remove = (id: string) => administrators.remove(organization.id, id, operator);
    expect((await refusalOf(remove(first.id))).code).toBe('last_administrator');
    expect(await administrators.membershipsOf({ connectionId: 'citrix', subject: alice.id })).toHaveLength(1);
    await remove(group.id);
    await remove(custom.id);
    await administrators.add(identityDraft(bob), operator);
    await remove(first.id);
    expect(await administrators.membershipsOf({ connectionId: 'citrix', subject: alice.id })).toEqual([]);
  });

  test('of one organization cannot be removed by another', async () => {
    await using directory = await openWithPeople();
    const { administrators, groupDraft, beta } = directory;
    const group = await administrators.add(groupDraft('S-1-5-21-1-1'), operator);
    expect((await refusalOf(administrators.remove(beta.id, group.id, operator))).code).toBe('not_found');
  });

  test('is added once', async () => {
    await using directory = await openWithPeople();
    const { administrators, alice, identityDraft } = directory;
    await administrators.add(identityDraft(alice), operator);
    expect((await refusalOf(administrators.add(identityDraft(alice), operator))).code).toBe('already_administrator');
  });

  test('is a group by its SID, however it was copied, and by nothing else', async () => {
    await using directory = await openWithPeople();
    const { administrators, groupDraft, adfs } = directory;
    const before = await administrators.fingerprint();
    expect((await administrators.add(groupDraft(' s-1-5-21-1-7 '), operator)).subject).toBe('S-1-5-21-1-7');
    expect(await administrators.fingerprint()).not.toBe(before);
    const person = { connectionId: adfs.id, subject: 'dave', groups: ['S-1-5-21-1-7'] };
    expect(await administrators.membershipsOf(person)).toHaveLength(1);
    for (const subject of ['Domain Admins', '7d3f4c1e-5a6b-4c8d-9e0f-112233445566', ''])
      expect((await refusalOf(administrators.add(groupDraft(subject), operator))).code).toBe('access_refused');
  });

  test('of a SAML provider is a group with custom access of the organization’s own connection', async () => {
    await using directory = await openWithPeople();
    const { administrators, groupDraft, beta } = directory;
    const refused = async (change: Partial<AdministratorDraft>) =>
      (await refusalOf(administrators.add({ ...groupDraft('S-1-5-21-1-1'), ...change }, operator))).code;
    expect(await refused({ access: { access: 'full' } })).toBe('access_refused');
    expect(await refused({ access: { access: 'custom', permissions: [] } })).toBe('access_refused');
    expect(await refused({ access: { access: 'custom', permissions: ['everything' as 'library'] } })).toBe(
      'access_refused',
    );
    expect(await refused({ kind: 'azure-ad-user', email: 'd@alpha.test' })).toBe('access_refused');
    expect(await refused({ organizationId: beta.id })).toBe('not_found');
    expect(await refused({ kind: 'identity', connectionId: 'citrix', subject: 'nobody' })).toBe('not_found');
  });
});

describe('access', () => {
  test('that is full may everything, custom only what it lists', () => {
    expect(mayUse({ access: 'full' }, 'library')).toBe(true);
    expect(mayUse(groupAccess, 'library')).toBe(true);
    expect(mayUse(groupAccess, 'system-log')).toBe(false);
    expect(addUp([groupAccess, { access: 'full' }])).toEqual({ access: 'full' });
  });
});
