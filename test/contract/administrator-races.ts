/** What races about administrators and their invitations, on either engine: one winner, and never nobody left (IDP-3). */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Sealer } from '../../certs/sealing.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { OpenDatabase } from '../../src/database/database.ts';
import { type Administrators, createAdministrators } from '../../src/directory/administrators.ts';
import { operator } from '../../src/directory/authority.ts';
import type { PasswordHasher } from '../../src/directory/credentials.ts';
import { createIdentities } from '../../src/directory/identities.ts';
import { createInvitations } from '../../src/directory/invitations.ts';
import { createOrganizations } from '../../src/directory/organizations.ts';
import { createMails } from '../../src/mail/mails.ts';
import { createTellPerson } from '../../src/mail/tell-person.ts';
import { createSystemLog } from '../../src/system-log/system-log.ts';

const rounds = 5;
const full = { access: 'full' } as const;
const custom = { access: 'custom', permissions: ['library'] } as const;

export function describeAdministratorRaces(
  open: () => { one: OpenDatabase; other: OpenDatabase; clock: Clock; sealer: Sealer; hasher: PasswordHasher },
): void {
  /** One process's worth of the directory. */
  function processOn({ db }: OpenDatabase) {
    const { clock, sealer, hasher } = open();
    const systemLog = createSystemLog({ db, clock });
    const mails = createMails({ db, clock, sealer });
    const tellPerson = createTellPerson({ mails, clock, accountUrl: 'https://console.test/' });
    const identities = createIdentities({ db, clock, sealer, hasher });
    return {
      identities,
      organizations: createOrganizations({ db, clock }),
      administrators: createAdministrators({ db, clock, systemLog, tellPerson }),
      invitations: createInvitations({ db, clock, systemLog, mails, tellPerson, identities, linkOf: (token) => token }),
    };
  }
  const processes = () => [processOn(open().one), processOn(open().other)] as const;
  const uniqueName = () => `n${randomUUID().slice(0, 12)}`;
  const person = { displayName: 'Alice Liddell', password: 'Rabbit-Hole-42' };

  async function withTwoAdministrators(here: ReturnType<typeof processOn>) {
    const organization = await here.organizations.create({ name: 'Alpha KK', customerId: uniqueName() });
    const add = async () => {
      const { id, displayName } = await here.identities.create({ ...person, email: `${uniqueName()}@alpha.test` });
      const subject = { kind: 'identity', connectionId: 'citrix', subject: id, displayName } as const;
      return here.administrators.add({ ...subject, organizationId: organization.id, access: full }, operator);
    };
    return { organization, pair: [await add(), await add()] as const };
  }
  const keepers = async (administrators: Administrators, organizationId: string) =>
    (await administrators.list(organizationId)).filter(({ access }) => access.access === 'full').length;
  const outcomes = (results: PromiseSettledResult<unknown>[]) => results.map(({ status }) => status).sort();

  describe('administrators', () => {
    test.each([
      ['remove', 'remove'],
      ['demote', 'demote'],
      ['remove', 'demote'],
    ] as const)('keep one with full access when the last two %s and %s each other', async (...acts) => {
      const both = processes();
      for (let round = 0; round < rounds; round++) {
        const { organization, pair } = await withTwoAdministrators(both[0]);
        // Each with their own authority: the one who comes second has none any more, or is the last.
        const act = (index: 0 | 1) => {
          const { administrators } = both[index];
          const [self, target] = [pair[index], pair[index === 0 ? 1 : 0]];
          const by = { act: operator.act, as: [self.id] };
          return acts[index] === 'remove'
            ? administrators.remove(organization.id, target.id, by)
            : administrators.changeAccess(organization.id, target.id, { access: custom, version: 1 }, by);
        };
        const results = await Promise.allSettled([act(0), act(1)]);
        expect(outcomes(results)).toEqual(['fulfilled', 'rejected']);
        expect(await keepers(both[1].administrators, organization.id)).toBe(1);
      }
    });

    test('are changed by one of two who began at the same version', async () => {
      const both = processes();
      const { organization, pair } = await withTwoAdministrators(both[0]);
      const change = { access: custom, version: 1 };
      const results = await Promise.allSettled(
        both.map(({ administrators }) => administrators.changeAccess(organization.id, pair[0].id, change, operator)),
      );
      expect(outcomes(results)).toEqual(['fulfilled', 'rejected']);
      expect((await both[0].administrators.find(organization.id, pair[0].id)).version).toBe(2);
    });
  });

  describe('an invitation', () => {
    async function invited(here: ReturnType<typeof processOn>) {
      const organization = await here.organizations.create({ name: 'Alpha KK', customerId: uniqueName() });
      const draft = { organizationId: organization.id, email: `${uniqueName()}@alpha.test`, access: full };
      return { draft, ...(await here.invitations.invite(draft, operator)) };
    }

    test('is given to an email once, also by two at the same moment', async () => {
      const both = processes();
      const organization = await both[0].organizations.create({ name: 'Alpha KK', customerId: uniqueName() });
      const draft = { organizationId: organization.id, email: 'alice@alpha.test', access: full };
      const results = await Promise.allSettled(both.map(({ invitations }) => invitations.invite(draft, operator)));
      expect(outcomes(results)).toEqual(['fulfilled', 'rejected']);
    });

    test('is accepted once by somebody new, and makes one identity', async () => {
      const both = processes();
      for (let round = 0; round < rounds; round++) {
        const { link, draft, administrator } = await invited(both[0]);
        const results = await Promise.allSettled(
          both.map(({ invitations }) => invitations.acceptAsNew(link, { version: 1, person }, {})),
        );
        expect(outcomes(results)).toEqual(['fulfilled', 'rejected']);
        const identity = await both[1].identities.findByEmail(draft.email);
        const [row, ...others] = await both[1].administrators.list(draft.organizationId);
        expect([row, others]).toMatchObject([{ id: administrator.id, subject: identity?.id, state: 'active' }, []]);
      }
    });

    test('is accepted once by somebody who has an identity', async () => {
      const both = processes();
      for (let round = 0; round < rounds; round++) {
        const { link, draft } = await invited(both[0]);
        await both[0].identities.create({ ...person, email: draft.email });
        const results = await Promise.allSettled(
          [...both, ...both].map(({ invitations }) => invitations.acceptAsExisting(link, 1, {})),
        );
        expect(outcomes(results)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
      }
    });

    test('is either accepted or taken back, never both', async () => {
      const both = processes();
      for (let round = 0; round < rounds; round++) {
        const { link, draft, administrator } = await invited(both[0]);
        await both[0].identities.create({ ...person, email: draft.email });
        const { organizationId } = draft;
        const [accepted] = await Promise.allSettled([
          both[0].invitations.acceptAsExisting(link, 1, {}),
          both[1].administrators.remove(organizationId, administrator.id, operator).catch(() => undefined),
        ]);
        const left = await both[1].administrators.list(organizationId);
        // Accepted first: then an active administrator was removed, or refused to be as the last one.
        const outcome = (await both[1].invitations.find(link)).outcome;
        expect(outcome).toBe(accepted.status === 'fulfilled' ? 'accepted' : 'withdrawn');
        expect(left.map(({ state }) => state)).toEqual(accepted.status === 'fulfilled' ? ['active'] : []);
      }
    });
  });
}
