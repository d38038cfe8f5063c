import { describe, expect, test } from 'vitest';
import { createOrganizations } from '../../../src/directory/organizations.ts';
import { dayMs, openDirectory, refusalOf } from './directory-under-test.ts';

const alpha = { name: 'Alpha KK', customerId: 'alpha' };

describe('an organization', () => {
  test('gets an 8-digit OrgID, default settings and its customer id as workspace name', async () => {
    await using directory = await openDirectory();
    const organization = await directory.organizations.create(alpha);
    expect(organization.orgId).toMatch(/^[1-9][0-9]{7}$/);
    expect(organization.workspaceName).toBe('alpha');
    expect(organization.settings).toEqual({
      administratorInactivityMinutes: null,
      subscriberWebHours: 24,
      subscriberInactivityMinutes: null,
      nativeReauthenticationDays: 30,
      alwaysPrompt: true,
    });
    expect(await directory.organizations.find(organization.id)).toEqual(organization);
    expect(await directory.organizations.findByCustomerId('alpha')).toEqual(organization);
  });

  test.each(['accounts', 'citrix', 'saml', 'api', 'www', 'admin'])('is refused the reserved name %s', async (name) => {
    await using directory = await openDirectory();
    const refusal = await refusalOf(directory.organizations.create({ ...alpha, workspaceName: name }));
    expect(refusal.code).toBe('name_reserved');
    expect(await directory.organizations.list()).toEqual([]);
  });

  test.each(['a', 'Alpha', 'al_pha', 'al.pha', '-alpha', 'alpha-', 'xn--lpha-k29n', 'a'.repeat(41), ''])(
    'is refused the impossible name "%s"',
    async (name) => {
      await using directory = await openDirectory();
      expect((await refusalOf(directory.organizations.create({ ...alpha, workspaceName: name }))).code).toBe(
        'name_invalid',
      );
      expect((await refusalOf(directory.organizations.create({ ...alpha, customerId: name }))).code).toBe(
        'name_invalid',
      );
    },
  );

  test('is refused a customer id or a workspace name that another has', async () => {
    await using directory = await openDirectory();
    await directory.organizations.create(alpha);
    const sameCustomer = directory.organizations.create({ ...alpha, workspaceName: 'other' });
    expect((await refusalOf(sameCustomer)).code).toBe('name_taken');
    const sameWorkspace = directory.organizations.create({ name: 'B', customerId: 'beta', workspaceName: 'alpha' });
    expect((await refusalOf(sameWorkspace)).code).toBe('name_taken');
    expect(await directory.organizations.list()).toHaveLength(1);
  });
});

describe('a workspace name', () => {
  test('that was changed leads to the organization for 30 days and is nobody else’s meanwhile', async () => {
    await using directory = await openDirectory();
    const { organizations, clock } = directory;
    const { id } = await organizations.create(alpha);
    await organizations.create({ name: 'Beta', customerId: 'beta' });
    const beta = (await organizations.findByCustomerId('beta'))!;
    await organizations.changeWorkspaceName(id, 'alpha-new');
    expect((await organizations.findByWorkspaceName('alpha-new'))?.retired).toBe(false);
    const old = await organizations.findByWorkspaceName('alpha');
    expect([old?.retired, old?.organization.workspaceName]).toEqual([true, 'alpha-new']);

    clock.advance(30 * dayMs - 1);
    expect((await organizations.findByWorkspaceName('alpha'))?.retired).toBe(true);
    expect((await refusalOf(organizations.changeWorkspaceName(beta.id, 'alpha'))).code).toBe('name_taken');
    clock.advance(1);
    expect(await organizations.findByWorkspaceName('alpha')).toBeUndefined();
    expect((await organizations.changeWorkspaceName(beta.id, 'alpha')).workspaceName).toBe('alpha');
  });

  test('can be taken back by the organization that gave it up', async () => {
    await using directory = await openDirectory();
    const { id } = await directory.organizations.create(alpha);
    await directory.organizations.changeWorkspaceName(id, 'alpha-new');
    await directory.organizations.changeWorkspaceName(id, 'alpha');
    expect((await directory.organizations.findByWorkspaceName('alpha'))?.retired).toBe(false);
    expect((await directory.organizations.findByWorkspaceName('alpha-new'))?.retired).toBe(true);
  });

  test('stays as it was when the wanted one is taken', async () => {
    await using directory = await openDirectory();
    const { id } = await directory.organizations.create(alpha);
    await directory.organizations.create({ name: 'Beta', customerId: 'beta' });
    expect((await refusalOf(directory.organizations.changeWorkspaceName(id, 'beta'))).code).toBe('name_taken');
    expect((await directory.organizations.find(id))?.workspaceName).toBe('alpha');
  });
});

describe('the settings of an organization', () => {
  test('are changed one by one, under the version that was read', async () => {
    await using directory = await openDirectory();
    const { id, version } = await directory.organizations.create(alpha);
    const changed = await directory.organizations.updateSettings(id, { administratorInactivityMinutes: 60 }, version);
    expect(changed.settings).toMatchObject({ administratorInactivityMinutes: 60, subscriberWebHours: 24 });
    const stale = directory.organizations.updateSettings(id, { subscriberWebHours: 1 }, version);
    expect((await refusalOf(stale)).code).toBe('version_conflict');
    expect((await directory.organizations.find(id))?.settings.subscriberWebHours).toBe(24);
  });

  test('are refused outside their limits, every problem at once', async () => {
    await using directory = await openDirectory();
    const { id, version } = await directory.organizations.create(alpha);
    const change = {
      administratorInactivityMinutes: 9,
      subscriberWebHours: 73,
      subscriberInactivityMinutes: 481,
      nativeReauthenticationDays: 366,
      orgId: '1',
    };
    const refusal = await refusalOf(directory.organizations.updateSettings(id, change, version));
    expect(refusal.code).toBe('settings_invalid');
    expect(refusal.problems.map((problem) => problem.path).sort()).toEqual(Object.keys(change).sort());
  });

  test('act at once in the process that changed them, and within a second in others', async () => {
    await using directory = await openDirectory();
    const { db, clock } = directory;
    const here = createOrganizations({ db, clock, rememberSettings: { forMs: 1000 } });
    const elsewhere = createOrganizations({ db, clock, rememberSettings: { forMs: 1000 } });
    const { id, version } = await here.create(alpha);
    const hoursOf = async (organizations: typeof here) =>
      (await organizations.settingsOf([id])).get(id)?.subscriberWebHours;
    expect([await hoursOf(here), await hoursOf(elsewhere)]).toEqual([24, 24]);
    await here.updateSettings(id, { subscriberWebHours: 2 }, version);
    expect([await hoursOf(here), await hoursOf(elsewhere)]).toEqual([2, 24]);
    clock.advance(1000);
    expect(await hoursOf(elsewhere)).toBe(2);
  });

  test('are found for those that exist', async () => {
    await using directory = await openDirectory();
    const { id } = await directory.organizations.create(alpha);
    expect([...(await directory.organizations.settingsOf([id, 'nobody'])).keys()]).toEqual([id]);
    expect(await directory.organizations.settingsOf([])).toEqual(new Map());
  });
});
