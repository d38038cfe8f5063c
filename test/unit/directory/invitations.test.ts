import { describe, expect, test } from 'vitest';
import { statusOf } from '../../../src/directory/administrator-rows.ts';
import { type Authority, operator } from '../../../src/directory/authority.ts';
import { createInvitations, sendingsLimit } from '../../../src/directory/invitations.ts';
import type { Access } from '../../../src/directory/permissions.ts';
import { dayMs, openDirectory, refusalOf } from './directory-under-test.ts';

const full: Access = { access: 'full' };
const library: Access = { access: 'custom', permissions: ['library'] };
const person = { displayName: 'Alice Liddell', password: 'Rabbit-Hole-42' };

async function openWithOrganization() {
  const directory = await openDirectory();
  const organization = await directory.organizations.create({ name: 'Alpha KK', customerId: 'alpha' });
  const invite = (email = 'alice@alpha.test', access = full, by: Authority = operator) =>
    directory.invitations.invite({ organizationId: organization.id, email, access }, by);
  const tokenOf = ({ link }: { link: string }) => link.slice('link/'.length);
  const outcomeOf = async (invited: { link: string }) => (await directory.invitations.find(tokenOf(invited))).outcome;
  const remove = (id: string) => directory.administrators.remove(organization.id, id, operator);
  return { ...directory, organization, invite, tokenOf, outcomeOf, remove };
}

describe('an invitation', () => {
  test('tells whoever holds its link what it is about, and changes nothing by that', async () => {
    await using directory = await openWithOrganization();
    const { invite, tokenOf, invitations, organization, db } = directory;
    const invited = await invite(' Alice@Alpha.test ', library);
    const rows = () => db.selectFrom('invitations').selectAll().execute();
    const before = await rows();
    for (let look = 0; look < 3; look++)
      expect(await invitations.find(tokenOf(invited))).toMatchObject({
        outcome: 'open',
        invitation: {
          email: 'Alice@alpha.test',
          organization: { name: 'Alpha KK', orgId: organization.orgId, customerId: 'alpha' },
          access: library,
          invitedBy: null,
          hasIdentity: false,
          version: 1,
        },
      });
    expect(await rows()).toEqual(before);
  });

  test('is stored without its secret, of 256 bits', async () => {
    await using directory = await openWithOrganization();
    const { invite, tokenOf, db } = directory;
    const [, secret = ''] = tokenOf(await invite()).split('.');
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    const tables = ['invitations', 'administrators', 'system_log', 'mails'] as const;
    for (const table of tables)
      expect(JSON.stringify(await db.selectFrom(table).selectAll().execute())).not.toContain(secret);
  });

  test('is accepted by somebody new: an identity with the invited email, and an active administrator', async () => {
    await using directory = await openWithOrganization();
    const { invite, tokenOf, invitations, administrators, organization, outcomeOf } = directory;
    const invited = await invite('alice@alpha.test', library);
    const identity = await invitations.acceptAsNew(tokenOf(invited), { version: 1, person }, {});
    expect(identity).toMatchObject({ email: 'alice@alpha.test', displayName: 'Alice Liddell' });
    const memberships = await administrators.membershipsOf({ connectionId: 'citrix', subject: identity.id });
    expect(memberships).toMatchObject([{ organizationId: organization.id, access: library }]);
    const [row] = await administrators.list(organization.id);
    expect(row).toMatchObject({ displayName: 'Alice Liddell', state: 'active', invitation: null, version: 2 });
    expect(await outcomeOf(invited)).toBe('accepted');
    expect((await refusalOf(invitations.acceptAsNew(tokenOf(invited), { version: 1, person }, {}))).code).toBe(
      'invitation_over',
    );
  });

  test('leaves no identity behind when the password is refused or it is too late', async () => {
    await using directory = await openWithOrganization();
    const { invite, tokenOf, invitations, identities, outcomeOf, clock } = directory;
    const invited = await invite();
    const accept = (password: string, version = 1) =>
      refusalOf(invitations.acceptAsNew(tokenOf(invited), { version, person: { ...person, password } }, {}));
    expect((await accept('alice')).code).toBe('password_refused');
    expect((await accept(person.password, 7)).code).toBe('invitation_changed');
    expect(await outcomeOf(invited)).toBe('open');
    clock.advance(5 * dayMs);
    expect((await accept(person.password)).code).toBe('invitation_over');
    expect(await identities.findByEmail('alice@alpha.test')).toBeUndefined();
  });

  test('is accepted with the identity that has the email, however it is spelled', async () => {
    await using directory = await openWithOrganization();
    const { invite, tokenOf, invitations, identities, administrators } = directory;
    const alice = await identities.create({ ...person, email: 'ALICE@alpha.test' });
    const invited = await invite('ａlice@Alpha.test', library);
    expect(await invitations.find(tokenOf(invited))).toMatchObject({ invitation: { hasIdentity: true } });
    await invitations.acceptAsExisting(tokenOf(invited), 1, {});
    expect(await administrators.membershipsOf({ connectionId: 'citrix', subject: alice.id })).toHaveLength(1);
    const again = invitations.acceptAsExisting(tokenOf(invited), 1, {});
    expect((await refusalOf(again)).code).toBe('invitation_over');
  });

  test('that somebody new accepts while the email got an identity asks to accept with that', async () => {
    await using directory = await openWithOrganization();
    const { invite, tokenOf, invitations, identities, outcomeOf } = directory;
    const invited = await invite();
    await identities.create({ ...person, email: 'alice@alpha.test' });
    const late = invitations.acceptAsNew(tokenOf(invited), { version: 1, person }, {});
    expect((await refusalOf(late)).code).toBe('email_taken');
    expect(await outcomeOf(invited)).toBe('open');
  });

  test('is valid for five days from the first sending; sending again does not extend it', async () => {
    await using directory = await openWithOrganization();
    const { invite, invitations, organization, clock, outcomeOf, administrators } = directory;
    const first = await invite();
    const { id } = first.administrator;
    clock.advance(4 * dayMs);
    const second = await invitations.resend(organization.id, id, operator);
    expect([second.expiresAt, await outcomeOf(first), await outcomeOf(second)]).toEqual([
      first.expiresAt,
      'replaced',
      'open',
    ]);
    const status = async () => statusOf(await administrators.find(organization.id, id), clock.now());
    clock.advance(dayMs - 1);
    expect([await outcomeOf(second), await status()]).toEqual(['open', 'invite_sent']);
    clock.advance(1);
    expect([await outcomeOf(second), await outcomeOf(first), await status()]).toEqual([
      'expired',
      'expired',
      'expired',
    ]);
    expect((await refusalOf(invitations.resend(organization.id, id, operator))).code).toBe('invitation_over');
    expect((await refusalOf(invite())).code).toBe('already_invited');
    await directory.remove(id);
    expect(await outcomeOf(second)).toBe('withdrawn');
    expect(await outcomeOf(await invite())).toBe('open');
  });

  test('gives what the row says when it is accepted, and not what it said when it was shown', async () => {
    await using directory = await openWithOrganization();
    const { invite, tokenOf, invitations, administrators, organization } = directory;
    const invited = await invite('alice@alpha.test', full);
    const { id } = invited.administrator;
    await administrators.changeAccess(organization.id, id, { access: library, version: 1 }, operator);
    const stale = invitations.acceptAsNew(tokenOf(invited), { version: 1, person }, {});
    expect((await refusalOf(stale)).code).toBe('invitation_changed');
    await invitations.acceptAsNew(tokenOf(invited), { version: 2, person }, {});
    expect((await administrators.find(organization.id, id)).access).toEqual(library);
  });

  test.each(['sent again', 'taken back', 'run out'])(
    'that is %s while the password is being hashed is not accepted',
    async (what) => {
      await using directory = await openWithOrganization();
      const { db, clock, systemLog, mails, tellPerson, identities, organization, administrators, invite, tokenOf } =
        directory;
      const invited = await invite();
      const { id } = invited.administrator;
      const meanwhile = async () => {
        if (what === 'sent again') await directory.invitations.resend(organization.id, id, operator);
        else if (what === 'taken back') await administrators.remove(organization.id, id, operator);
        else clock.advance(5 * dayMs);
      };
      const create: typeof identities.create = async (draft, together) => {
        await meanwhile();
        return identities.create(draft, together);
      };
      const slow = createInvitations({
        db,
        clock,
        systemLog,
        mails,
        tellPerson,
        identities: { create },
        linkOf: (token) => token,
      });
      const accepted = slow.acceptAsNew(tokenOf(invited), { version: 1, person }, {});
      expect((await refusalOf(accepted)).code).toBe('invitation_over');
      expect(await identities.findByEmail('alice@alpha.test')).toBeUndefined();
    },
  );

  test('tells nobody anything whose link is not one that was sent', async () => {
    await using directory = await openWithOrganization();
    const { invite, tokenOf, invitations } = directory;
    const [id, secret] = tokenOf(await invite()).split('.');
    const other = tokenOf(await invite('bob@alpha.test')).split('.')[1];
    for (const token of ['', id!, `${id}.`, `${id}.${other}`, `${id}.${secret}x`, `.${secret}`, `x${id}.${secret}`])
      expect(await invitations.find(token)).toEqual({ outcome: 'unknown' });
  });

  test('is sent ten times at most', async () => {
    await using directory = await openWithOrganization();
    const { invite, invitations, organization } = directory;
    const { id } = (await invite()).administrator;
    for (let time = 1; time < sendingsLimit; time++) await invitations.resend(organization.id, id, operator);
    expect((await refusalOf(invitations.resend(organization.id, id, operator))).code).toBe('too_many_sendings');
  });

  test('is not for an email that administers already, or that an Azure AD administrator has', async () => {
    await using directory = await openWithOrganization();
    const { invite, tokenOf, invitations, organization, db, clock } = directory;
    await invitations.acceptAsNew(tokenOf(await invite()), { version: 1, person }, {});
    expect((await refusalOf(invite('Alice@alpha.test'))).code).toBe('already_administrator');
    await db
      .insertInto('administrators')
      .values({
        id: 'a',
        organization_id: organization.id,
        kind: 'azure-ad-user',
        connection_id: 'entra',
        subject: 't.o',
        display_name: 'Mei',
        email: 'Mei@Alpha.test',
        access: 'full',
        permissions: '[]',
        state: 'active',
        created_at: clock.now(),
        updated_at: clock.now(),
        version: 1,
      })
      .execute();
    expect((await refusalOf(invite('mei@alpha.test'))).code).toBe('email_taken');
    expect((await refusalOf(invite('no address'))).code).toBe('email_invalid');
    expect((await refusalOf(invite('eve@alpha.test', { access: 'custom', permissions: [] }))).code).toBe(
      'access_refused',
    );
  });

  test('does not count as an administrator: neither for access nor as the last one', async () => {
    await using directory = await openWithOrganization();
    const { invite, tokenOf, invitations, administrators, organization, remove } = directory;
    await invitations.acceptAsNew(tokenOf(await invite()), { version: 1, person }, {});
    const pending = (await invite('bob@alpha.test')).administrator;
    expect(await administrators.membershipsOf({ connectionId: 'citrix', subject: pending.subject })).toEqual([]);
    const [alice] = (await administrators.list(organization.id)).filter(({ state }) => state === 'active');
    expect((await refusalOf(remove(alice!.id))).code).toBe('last_administrator');
    const as = { act: operator.act, as: [pending.id] };
    expect((await refusalOf(invite('eve@alpha.test', full, as))).code).toBe('not_permitted');
  });

  test('is given by full access only, as it is at that moment', async () => {
    await using directory = await openWithOrganization();
    const { invite, tokenOf, invitations, administrators, organization, remove } = directory;
    const accepted = async (email: string, access: Access) => {
      const invited = await invite(email, access);
      await invitations.acceptAsNew(tokenOf(invited), { version: 1, person }, {});
      return invited.administrator.id;
    };
    await accepted('alice@alpha.test', full);
    const [bob, carol] = [await accepted('bob@alpha.test', full), await accepted('carol@alpha.test', library)];
    const by = (id: string): Authority => ({ act: operator.act, as: [id] });
    const codeOf = async (act: Promise<unknown>) => (await refusalOf(act)).code;
    expect(await codeOf(invite('eve@alpha.test', library, by(carol)))).toBe('not_permitted');
    expect(await codeOf(administrators.remove(organization.id, bob, by(carol)))).toBe('not_permitted');
    const change = { access: full, version: 2 };
    expect(await codeOf(administrators.changeAccess(organization.id, carol, change, by(carol)))).toBe('not_permitted');
    expect(await codeOf(administrators.changeAccess(organization.id, bob, change, by(bob)))).toBe('own_access');
    expect(await codeOf(administrators.remove(organization.id, bob, by(bob)))).toBe('own_access');
    expect(await codeOf(administrators.removeEach(organization.id, [bob], by(carol)))).toBe('not_permitted');
    await invite('dave@alpha.test', library, by(bob));
    await remove(bob);
    expect(await codeOf(invite('eve@alpha.test', library, by(bob)))).toBe('not_permitted');
  });
});
