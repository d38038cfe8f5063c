/** What races about the terms and at the operator's desk, on either engine; and that nothing of an erased person is left. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Sealer } from '../../certs/sealing.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { OpenDatabase } from '../../src/database/database.ts';
import { createAccounts } from '../../src/directory/accounts.ts';
import { createAdministrators } from '../../src/directory/administrators.ts';
import { operator } from '../../src/directory/authority.ts';
import type { PasswordHasher } from '../../src/directory/credentials.ts';
import { createIdentities } from '../../src/directory/identities.ts';
import { createOperatorDesk } from '../../src/directory/operator-desk.ts';
import { createOrganizations } from '../../src/directory/organizations.ts';
import { createPersonAtDesk } from '../../src/directory/person-at-desk.ts';
import { createTermsAcceptances } from '../../src/directory/terms-acceptances.ts';
import { generateTotpKey } from '../../src/directory/totp.ts';
import { createMails } from '../../src/mail/mails.ts';
import { createTellPerson } from '../../src/mail/tell-person.ts';
import { createLogSeal } from '../../src/system-log/seal/log-seal.ts';
import { createSystemLog } from '../../src/system-log/system-log.ts';

export function describeOperatorDesk(
  open: () => { one: OpenDatabase; other: OpenDatabase; clock: Clock; sealer: Sealer; hasher: PasswordHasher },
): void {
  /** One process's worth. */
  function processOn({ db }: OpenDatabase) {
    const { clock, sealer, hasher } = open();
    const systemLog = createSystemLog({ db, clock });
    const tellPerson = createTellPerson({
      mails: createMails({ db, clock, sealer }),
      clock,
      accountUrl: 'https://console.test/',
    });
    const logSeal = createLogSeal({ db, clock, sealer });
    return {
      db,
      systemLog,
      accounts: createAccounts({ db, clock }),
      identities: createIdentities({ db, clock, sealer, hasher }),
      organizations: createOrganizations({ db, clock }),
      administrators: createAdministrators({ db, clock, systemLog, tellPerson }),
      termsAcceptances: createTermsAcceptances({
        db,
        clock,
        systemLog,
        terms: { version: '7', texts: { en: 'Terms', ja: '規約' } },
      }),
      desk: createOperatorDesk({ db, clock, systemLog, tellPerson, logSeal }),
      personAtDesk: createPersonAtDesk({ db, clock, sealer }),
    };
  }
  const processes = () => [processOn(open().one), processOn(open().other)] as const;
  const uniqueName = () => `n${randomUUID().slice(0, 12)}`;
  type Process = ReturnType<typeof processOn>;

  async function administratorOf(here: Process, organizationId: string) {
    const email = `${uniqueName()}@desk.test`;
    const [displayName, password, totpKey] = ['Alice Liddell', 'Rabbit-Hole-42', generateTotpKey()];
    const identity = await here.identities.create({ email, displayName, password, totpKey });
    const subject = { kind: 'identity', connectionId: 'citrix', subject: identity.id, displayName } as const;
    await here.administrators.add({ ...subject, organizationId, access: { access: 'full' } }, operator);
    return identity;
  }
  const organizationOn = (here: Process) => here.organizations.create({ name: 'Desk KK', customerId: uniqueName() });
  const outcomes = async (tries: Promise<unknown>[]) =>
    (await Promise.allSettled(tries)).map((each) => (each.status === 'fulfilled' ? 'done' : each.reason.code)).sort();

  describe('terms and desk', () => {
    test('the terms are accepted once, and told once, however often at once', async () => {
      const [one, other] = processes();
      const organization = await organizationOn(one);
      const identity = await administratorOf(one, organization.id);
      const accepting = { identity, language: 'ja', version: '7' } as const;
      const act = { actor: { type: 'system' } } as const;
      expect(await one.termsAcceptances.isDue(identity.id)).toBe(true);
      await Promise.all([1, 2, 3, 4].map((n) => (n % 2 ? one : other).termsAcceptances.accept(accepting, act)));
      expect(await other.termsAcceptances.isDue(identity.id)).toBe(false);
      const event = 'platform/termsofservice/accept';
      expect(await one.systemLog.list({ organizationId: organization.id, event })).toHaveLength(1);
    });

    test('of two people who are given the same email at the same moment one gets it', async () => {
      const [one, other] = processes();
      const organization = await organizationOn(one);
      const [first, second] = [
        await administratorOf(one, organization.id),
        await administratorOf(one, organization.id),
      ];
      const email = `${uniqueName()}@desk.test`;
      const found = [await one.desk.find(first.email), await other.desk.find(second.id)] as const;
      expect(
        await outcomes([
          one.desk.changeEmail(found[0], email, 'race'),
          other.desk.changeEmail(found[1], email.toUpperCase(), 'race'),
        ]),
      ).toEqual(['done', 'email_taken']);
      const emails = (await one.administrators.list(organization.id)).map((each) => each.email?.toLowerCase());
      expect(emails.filter((each) => each === email)).toHaveLength(1);
    });

    test('of the last two administrators who are erased at the same moment one stays (IDP-3)', async () => {
      const [one, other] = processes();
      const organization = await organizationOn(one);
      const pair = [await administratorOf(one, organization.id), await administratorOf(one, organization.id)] as const;
      expect(await outcomes([one.desk.erase(pair[0], 'race'), other.desk.erase(pair[1], 'race')])).toEqual([
        'done',
        'last_administrator',
      ]);
      expect(await one.administrators.list(organization.id)).toHaveLength(1);
    });

    test('whoever is erased is nobody any more, and the desk sees what was there before', async () => {
      const [one] = processes();
      const organization = await organizationOn(one);
      await administratorOf(one, organization.id);
      const identity = await administratorOf(one, organization.id);
      await one.accounts.findOrCreate({
        kind: 'administrator',
        organizationId: null,
        connectionId: 'citrix',
        subject: identity.id,
        claims: {},
      });
      const seen = await one.personAtDesk(identity.id);
      expect(seen).toMatchObject({ recoveryPhone: null, passkeys: 0, backupCodes: 0, terms: [] });
      expect(seen.deviceSince).toBe(open().clock.now());
      expect(seen.administers).toEqual([
        { organization: 'Desk KK', orgId: organization.orgId, access: { access: 'full' } },
      ]);
      await one.desk.erase(identity, 'asked for');
      expect(await one.identities.find(identity.id)).toBeUndefined();
      expect(await one.accounts.findOfIdentity(identity.id)).toBeUndefined();
      const records = await one.systemLog.list({ organizationId: organization.id, event: 'platform/identity/delete' });
      expect(records.map(({ target }) => [target.id, target.name, target.email])).toEqual([
        [expect.stringMatching(/^erased-/), null, null],
      ]);
      await expect(one.desk.find(identity.email)).rejects.toMatchObject({ code: 'not_found' });
    });
  });
}
