/**
 * What the directory relies on, on both engines: the schema comes up from empty and stays, and everything that races
 * ends with one winner. Called by `database-sqlite.test.ts` and `database-postgres.test.ts`.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSealer } from '../../certs/sealing.ts';
import { generateSealingKey } from '../../certs/sealing-keys.ts';
import { type DatabaseConfig, type OpenDatabase, openDatabase } from '../../src/database/database.ts';
import { createAccounts } from '../../src/directory/accounts.ts';
import { createApplications } from '../../src/directory/applications.ts';
import { generateBackupCodes } from '../../src/directory/backup-codes.ts';
import { type ConnectionFilter, createConnectionList } from '../../src/directory/connections/connection-list.ts';
import { createConnections } from '../../src/directory/connections/connections.ts';
import { createPasswordHasher } from '../../src/directory/credentials.ts';
import { createIdentities } from '../../src/directory/identities.ts';
import { createOrganizations } from '../../src/directory/organizations.ts';
import { createPasskeys, type NewCredential } from '../../src/directory/passkeys.ts';
import { createRecoveryPhones } from '../../src/directory/recovery-phones.ts';
import { resealAll, sealedColumns } from '../../src/directory/resealing.ts';
import { createSigningKeys } from '../../src/directory/signing-keys.ts';
import { generateTotpKey } from '../../src/directory/totp.ts';
import { createSqliteStore } from '../../src/store/sqlite.ts';
import type { Act } from '../../src/system-log/events.ts';
import { createSystemLog } from '../../src/system-log/system-log.ts';
import {
  createSettableClock,
  dayMs,
  definitionOf,
  refusalOf,
  secondFactorOn,
  startOfTests,
} from '../unit/directory/directory-under-test.ts';

import { describeAdministratorRaces } from './administrator-races.ts';
import { describeConnectionChecks } from './connection-checks-contract.ts';
import { describeConnectionRaces } from './connection-races.ts';
import { describeOperatorDesk } from './operator-desk-contract.ts';
import { describeSignInTraces } from './sign-in-traces-contract.ts';
import { describeSystemLog } from './system-log-contract.ts';

const settings = { issuer: 'https://alpha.okta.com', clientId: 'abc', clientSecret: 'a-secret-of-alpha' };

export function describeDatabase(
  name: string,
  start: () => Promise<{ config: DatabaseConfig; close(): Promise<void> }>,
) {
  describe(`the database on ${name}`, () => {
    let server: Awaited<ReturnType<typeof start>>;
    /** Two processes' worth of connections to one database. */
    let one: OpenDatabase;
    let other: OpenDatabase;

    beforeAll(async () => {
      server = await start();
      [one, other] = await Promise.all([openDatabase(server.config), openDatabase(server.config)]);
    });
    afterAll(async () => {
      await Promise.all([one?.close(), other?.close()]);
      await server?.close();
    });

    const clock = createSettableClock();
    const oldKey = generateSealingKey();
    const sealer = createSealer([oldKey]);
    const store = createSqliteStore({ database: ':memory:', clock });
    const hasher = createPasswordHasher();
    const uniqueName = () => `n${randomUUID().slice(0, 12)}`;
    const newOrganization = () =>
      createOrganizations({ db: one.db, clock }).create({ name: 'Alpha KK', customerId: uniqueName() });
    const newIdentity = (totpKey: string | null = generateTotpKey()) =>
      createIdentities({ db: one.db, clock, sealer, hasher }).create({
        email: `${uniqueName()}@alpha.test`,
        displayName: 'Alice Liddell',
        password: 'Rabbit-Hole-42',
        ...(totpKey !== null && { totpKey }),
      });
    const passkeysOn = (db: OpenDatabase['db']) =>
      createPasskeys({ db, clock, systemLog: createSystemLog({ db, clock }), tellPerson: async () => undefined });
    const credential = (): NewCredential & { name: string; userHandle: string } => ({
      credentialId: randomUUID(),
      publicKey: 'AAAA',
      counter: 0,
      transports: [],
      aaguid: '00000000-0000-0000-0000-000000000000',
      backupEligible: false,
      backedUp: false,
      name: 'Laptop',
      userHandle: 'AAAA',
    });
    const act: Act = { actor: { type: 'system' } };

    test('comes up from empty, once, when two processes open it together, and opens again', async () => {
      const executed = () => sql`select name, timestamp from kysely_migration order by name`.execute(one.db);
      const { rows } = await executed();
      expect(rows.length).toBeGreaterThan(0);
      const again = await openDatabase(server.config);
      await again.ping();
      // Nothing was done again.
      expect((await executed()).rows).toEqual(rows);
      await again.close();
      await expect(again.ping()).rejects.toThrow();
    });

    test('is left as it is by a process that is older than its schema', async () => {
      const timestamp = new Date(startOfTests + 365 * dayMs).toISOString();
      await sql`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', ${timestamp})`.execute(
        one.db,
      );
      const older = await openDatabase(server.config);
      await older.ping();
      await older.close();
      await sql`delete from kysely_migration where name = '9999-from-the-future'`.execute(one.db);
    });

    test('gives times back as numbers', async () => {
      const { createdAt } = await newOrganization();
      expect(createdAt).toBe(clock.now());
    });

    test('takes nothing of a transaction that failed', async () => {
      const organizations = createOrganizations({ db: one.db, clock });
      const taken = await newOrganization();
      const customerId = uniqueName();
      const refused = organizations.create({ name: 'B', customerId, workspaceName: taken.workspaceName });
      expect((await refusalOf(refused)).code).toBe('name_taken');
      expect(await organizations.findByCustomerId(customerId)).toBeUndefined();
    });

    test('gives a name that two want at once to one of them', async () => {
      const customerId = uniqueName();
      const results = await Promise.allSettled(
        [one, other].map(({ db }) => createOrganizations({ db, clock }).create({ name: 'A', customerId })),
      );
      expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    });

    test('gives an identifier that two want at once to one of them', async () => {
      const identifier = uniqueName();
      const draft = { kind: 'saml', name: 'ADFS', administrators: true, identifier, settings };
      const owners = await Promise.all([newOrganization(), newOrganization()]);
      const results = await Promise.allSettled(
        [one, other].map(({ db }, index) =>
          createConnections({ db, clock, sealer, definitionOf }).create(owners[index]!.id, draft),
        ),
      );
      expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    });

    test('makes one account, with one sub, of first sign-ins in parallel', async () => {
      const organization = await newOrganization();
      const person = {
        kind: 'subscriber' as const,
        organizationId: organization.id,
        connectionId: randomUUID(),
        subject: 'S1',
        claims: {},
      };
      const found = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          createAccounts({ db: (index % 2 ? one : other).db, clock }).findOrCreate(person),
        ),
      );
      expect(new Set(found.map((account) => account.id)).size).toBe(1);
    });

    test('lets one of many requests use a TOTP code', async () => {
      const key = generateTotpKey();
      const { id } = await newIdentity(key);
      const code = new TOTP({ secret: key }).generate({ timestamp: clock.now() });
      const outcomes = await Promise.all(
        [one, other, one, other].map(({ db }, index) =>
          secondFactorOn({ db, store, clock, sealer }).mfa.verifyCode({
            identityId: id,
            method: 'otp',
            code,
            challengeId: `c${index}`,
            act,
          }),
        ),
      );
      expect(outcomes.sort()).toEqual(['accepted', 'wrong', 'wrong', 'wrong']);
    });

    test('keeps one passkey of two that are removed at once where they are the only factors', async () => {
      const [here, there] = [one, other].map(({ db }) => passkeysOn(db));
      for (let round = 0; round < 5; round++) {
        const owner = { identityId: (await newIdentity(null)).id, organizationId: null };
        const [first, second] = [await here!.add(owner, credential(), act), await there!.add(owner, credential(), act)];
        await Promise.all([one.ping(), other.ping()]);
        const removed = await Promise.allSettled([
          here!.remove(owner, first.id, act),
          there!.remove(owner, second.id, act),
        ]);
        expect(removed.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
        expect(await here!.list(owner.identityId)).toHaveLength(1);
      }
    });

    test('registers a credential once, and lets one of many proofs with the same count through', async () => {
      const both = [one, other].map(({ db }) => passkeysOn(db));
      const owner = { identityId: (await newIdentity()).id, organizationId: null };
      const draft = credential();
      const added = await Promise.allSettled(both.map((passkeys) => passkeys.add(owner, draft, act)));
      expect(added.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const [passkey] = await both[0]!.list(owner.identityId);
      // Above what a signed 32-bit integer holds: counts are unsigned.
      const use = { counter: 4_000_000_000, backedUp: false };
      const noted = await Promise.all([...both, ...both].map((passkeys) => passkeys.noteUse(passkey!.id, use)));
      expect(noted.filter(Boolean)).toHaveLength(1);
      expect((await both[0]!.findByCredential(draft.credentialId))?.counter).toBe(4_000_000_000);
    });

    test('lets one of many requests use a backup code, and one of many enrolments win', async () => {
      const { id } = await newIdentity();
      await one.db.deleteFrom('totp_devices').where('identity_id', '=', id).execute();
      const sets = [generateBackupCodes(), generateBackupCodes()];
      const enrolled = await Promise.all(
        [one, other].map(({ db }, index) =>
          secondFactorOn({ db, store, clock, sealer }).mfaChanges.enrol(
            id,
            { device: { key: generateTotpKey(), step: 1 }, backupCodes: sets[index]!, phone: '+81312345678' },
            act,
          ),
        ),
      );
      expect(enrolled.filter(Boolean)).toHaveLength(1);
      const code = sets[enrolled.indexOf(true)]![3]!;
      const outcomes = await Promise.all(
        [one, other, one, other].map(({ db }, index) =>
          secondFactorOn({ db, store, clock, sealer }).mfa.verifyCode({
            identityId: id,
            method: 'backup_code',
            code,
            challengeId: `b${index}`,
            act,
          }),
        ),
      );
      expect(outcomes.sort()).toEqual(['accepted', 'wrong', 'wrong', 'wrong']);
      expect(await secondFactorOn({ db: other.db, store, clock, sealer }).mfaChanges.stateOf(id)).toMatchObject({
        backupCodesLeft: 9,
        phone: '+81•••••••78',
      });
    });

    describeSignInTraces(() => ({ one, other, clock }));
    describeSystemLog(() => ({ one, other, clock, sealer, store }));

    describeConnectionRaces(() => ({ one, other, clock, sealer }));

    describeAdministratorRaces(() => ({ one, other, clock, sealer, hasher }));

    describeConnectionChecks(() => ({
      one,
      other,
      clock,
      async connect() {
        const connections = createConnections({ db: one.db, clock, sealer, definitionOf });
        const draft = { kind: 'okta', name: uniqueName(), settings };
        const { id } = await connections.create((await newOrganization()).id, draft);
        return (await connections.makeLive(id)).id;
      },
    }));

    describeOperatorDesk(() => ({ one, other, clock, sealer, hasher }));

    test('makes one set of signing keys for two processes, rotates it, and tells that it changed', async () => {
      const [here, there] = [one, other].map(({ db }) =>
        createSigningKeys({ db, clock, sealer, samlEntityId: 'https://saml.test' }),
      );
      await Promise.all([here!.ensure(), there!.ensure()]);
      const before = await here!.load();
      const states = (keys: typeof before) => keys.map((key) => `${key.use} ${key.state}`).sort();
      expect(states(before)).toEqual(
        ['oidc-es256', 'oidc-rs256', 'saml'].flatMap((use) => [`${use} current`, `${use} next`]),
      );
      const version = await there!.version();
      const next = before.find((key) => key.use === 'oidc-es256' && key.state === 'next')!;
      const current = await here!.rotate('oidc-es256');
      expect(current.kid).toBe(next.kid);
      expect(current.privateKeyPem).toBe(next.privateKeyPem);
      expect(states(await there!.load()).filter((text) => text.startsWith('oidc-es256'))).toEqual([
        'oidc-es256 current',
        'oidc-es256 next',
        'oidc-es256 retired',
      ]);
      expect(await there!.version()).toBeGreaterThan(version);
      await Promise.all([here!.rotate('oidc-es256'), there!.rotate('oidc-es256')]);
      expect((await here!.load()).filter((key) => key.use === 'oidc-es256' && key.state === 'retired')).toHaveLength(3);
      clock.advance(3 * dayMs + 1);
      await here!.rotate('oidc-es256');
      expect((await here!.load()).filter((key) => key.use === 'oidc-es256' && key.state === 'retired')).toHaveLength(1);
    });

    test('no sealed column is left out when the sealing key changes', async () => {
      const tables = await one.db.introspection.getTables();
      const inSchema = tables.flatMap(({ name: table, columns }) =>
        columns.filter((column) => column.name.endsWith('_sealed')).map((column) => `${table}.${column.name}`),
      );
      expect(sealedColumns.map(({ table, column }) => `${table}.${column}`).sort()).toEqual(inSchema.sort());
      expect(inSchema.length).toBeGreaterThan(5);
    });

    test('has every sealed column sealed again with a new key, and opens all of it with that key alone', async () => {
      const organization = await newOrganization();
      const connections = createConnections({ db: one.db, clock, sealer, definitionOf });
      const connection = await connections.create(organization.id, { kind: 'okta', name: 'Okta', settings });
      const totpKey = generateTotpKey();
      const { id } = await newIdentity(totpKey);
      const phone = '+81312345678';
      await secondFactorOn({ db: one.db, store, clock, sealer }).mfaChanges.replacePhone(id, phone, act);
      const newKey = generateSealingKey();
      const both = createSealer([newKey, oldKey]);
      expect((await resealAll({ db: one.db, sealer: both })).resealed).toBeGreaterThan(2);
      expect(await resealAll({ db: other.db, sealer: both })).toMatchObject({ resealed: 0, left: 0 });
      const after = createSealer([newKey]);
      const reopened = createConnections({ db: other.db, clock, sealer: after, definitionOf });
      expect(await reopened.openSettings(connection)).toEqual(settings);
      const code = new TOTP({ secret: totpKey }).generate({ timestamp: clock.now() });
      const mfa = secondFactorOn({ db: other.db, store, clock, sealer: after }).mfa;
      const keys = createSigningKeys({ db: other.db, clock, sealer: after, samlEntityId: 'https://saml.test' });
      expect((await keys.load()).length).toBeGreaterThan(0);
      expect(await mfa.verifyCode({ identityId: id, method: 'otp', code, challengeId: 'reseal', act })).toBe(
        'accepted',
      );
      expect(await createRecoveryPhones({ db: other.db, clock, sealer: after }).find(id)).toBe(phone);
    });

    test('finds connections by a part of their name, whatever its case, and by what was found out about them', async () => {
      const organization = await newOrganization();
      const connections = createConnections({ db: one.db, clock, sealer, definitionOf });
      const settings = { issuer: 'https://alpha.okta.com', clientId: 'abc', clientSecret: 'secret-of-okta' };
      const made = new Map<string, string>();
      for (const name of ['Okta Tokyo', '100 % Osaka', 'under_score', '東京のOkta']) {
        const { id } = await connections.create(organization.id, { kind: 'okta', name, settings });
        await connections.makeLive(id);
        made.set(name, id);
      }
      const list = createConnectionList({ db: other.db, like: other.kind === 'sqlite' ? 'like' : 'ilike' });
      const find = async (filter: ConnectionFilter) =>
        (await list.page(organization.id, filter, {}, 10)).items.map(({ name }) => name).sort();
      expect(await find({ search: 'OKTA' })).toEqual(['Okta Tokyo', '東京のOkta']);
      expect(await find({ search: '%' })).toEqual(['100 % Osaka']);
      expect(await find({ search: '_' })).toEqual(['under_score']);
      expect(await find({ state: 'failing' })).toEqual([]);
      await one.db
        .insertInto('connection_health')
        .values({
          connection_id: made.get('Okta Tokyo')!,
          organization_id: organization.id,
          level: 'failing',
          code: 'upstream_unreachable',
          since: clock.now(),
          last_worked_at: null,
        })
        .execute();
      expect(await find({ state: 'failing' })).toEqual(['Okta Tokyo']);
      expect(await find({ state: 'failing', search: 'osaka' })).toEqual([]);
      expect(await find({ state: 'connected' })).toEqual(['100 % Osaka', 'under_score', '東京のOkta']);
      const stranger = await newOrganization();
      expect((await list.page(stranger.id, { state: 'failing' }, {}, 10)).items).toEqual([]);
    });

    test('finds and lists applications', async () => {
      const organization = await newOrganization();
      const applications = createApplications({ db: one.db, clock });
      const { application } = await applications.add({
        organizationId: organization.id,
        name: 'Wiki',
        metadata: { redirect_uris: ['https://wiki.alpha.test/cb'] },
      });
      expect(await createApplications({ db: other.db, clock }).find(application.clientId)).toEqual(application);
      expect(await applications.list(organization.id)).toEqual([application]);
      expect((await applications.list(null)).map((each) => each.clientId)).not.toContain(application.clientId);
    });
  });
}
