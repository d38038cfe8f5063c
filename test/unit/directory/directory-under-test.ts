/** A directory on a private in-memory database, with a clock that can be set and one made-up kind of provider. */
import { z } from 'zod';
import { createSealer, type Sealer } from '../../../certs/sealing.ts';
import { generateSealingKey } from '../../../certs/sealing-keys.ts';
import type { ProviderDefinition } from '../../../providers/provider.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { openDatabase } from '../../../src/database/database.ts';
import type { Database } from '../../../src/database/schema.ts';
import { createAdministrators } from '../../../src/directory/administrators.ts';
import { createApplications } from '../../../src/directory/applications.ts';
import { createConnections } from '../../../src/directory/connections/connections.ts';
import { createDisconnecting } from '../../../src/directory/connections/disconnecting.ts';
import { createConnectionDrafts } from '../../../src/directory/connections/drafts.ts';
import { createSetupLinks } from '../../../src/directory/connections/setup-links.ts';
import { createConnectionVersions } from '../../../src/directory/connections/versions.ts';
import { createPasswordHasher } from '../../../src/directory/credentials.ts';
import { createIdentities } from '../../../src/directory/identities.ts';
import { createInvitations } from '../../../src/directory/invitations.ts';
import { createMfa } from '../../../src/directory/mfa.ts';
import { createMfaChanges } from '../../../src/directory/mfa-changes.ts';
import { createOrganizations } from '../../../src/directory/organizations.ts';
import { createMails } from '../../../src/mail/mails.ts';
import { createTellPerson } from '../../../src/mail/tell-person.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import type { Store } from '../../../src/store/store.ts';
import { createSystemLog } from '../../../src/system-log/system-log.ts';

export const startOfTests = Date.UTC(2026, 10, 22);
export const dayMs = 86_400_000;

export const okta: ProviderDefinition = {
  kind: 'okta',
  label: 'Okta',
  administrators: 'none',
  subscribers: true,
  callback: 'login-okta',
  schema: z.strictObject({
    issuer: z.url(),
    clientId: z.string().min(1),
    clientSecret: z.string().min(8),
    nested: z.strictObject({ apiToken: z.string(), pageSize: z.int().default(20) }).optional(),
  }),
  descriptions: [
    { key: 'clientId', label: { en: 'Client ID', ja: 'Client ID' }, help: { en: '', ja: '' } },
    { key: 'issuer', endpoint: true, label: { en: 'Issuer', ja: 'Issuer' }, help: { en: '', ja: '' } },
    { key: 'clientSecret', label: { en: 'Secret', ja: 'Secret' }, help: { en: '', ja: '' }, secret: true },
    { key: 'nested.apiToken', label: { en: 'Token', ja: 'Token' }, help: { en: '', ja: '' }, secret: true },
  ],
  create: () => {
    throw new Error('no provider is made here');
  },
};
export const saml: ProviderDefinition = { ...okta, kind: 'saml', label: 'SAML 2.0', administrators: 'groups' };
export const definitionOf = (kind: string) => [okta, saml].find((definition) => definition.kind === kind);

export function createSettableClock() {
  let time = startOfTests;
  const advance = (ms: number) => {
    time += ms;
  };
  return { now: () => time, advance };
}

export async function openDirectory() {
  const { db, close } = await openDatabase({ kind: 'sqlite', file: ':memory:' });
  const clock = createSettableClock();
  const sealer = createSealer([generateSealingKey()]);
  const store = createSqliteStore({ database: ':memory:', clock });
  const hasher = createPasswordHasher();
  const systemLog = createSystemLog({ db, clock });
  const mails = createMails({ db, clock, sealer });
  const tellPerson = createTellPerson({ mails, clock, accountUrl: 'https://console.test/' });
  const identities = createIdentities({ db, clock, sealer, hasher });
  return {
    db,
    clock,
    sealer,
    store,
    hasher,
    identities,
    ...secondFactorOn({ db, store, clock, sealer }),
    mails,
    tellPerson,
    administrators: createAdministrators({ db, clock, systemLog, tellPerson }),
    invitations: createInvitations({
      db,
      clock,
      systemLog,
      mails,
      tellPerson,
      identities,
      linkOf: (token) => `link/${token}`,
    }),
    applications: createApplications({ db, clock }),
    systemLog,
    organizations: createOrganizations({ db, clock }),
    connections: createConnections({ db, clock, sealer, definitionOf }),
    drafts: createConnectionDrafts({ db, clock, sealer, definitionOf, systemLog }),
    versions: createConnectionVersions({ db, clock, sealer, definitionOf, systemLog }),
    setupLinks: createSetupLinks({
      db,
      clock,
      systemLog,
      mails,
      labelOf: (kind) => definitionOf(kind)?.label ?? kind,
      linkOf: (token) => `https://accounts.test/setup/${token}`,
      connectionUrlOf: (customerId, id) => `https://citrix.test/o/${customerId}/connections/${id}`,
    }),
    disconnecting: createDisconnecting({ db, clock, systemLog, onDisconnected: async () => undefined }),
    [Symbol.asyncDispose]: close,
  };
}

/** Mails that it writes wait in the database. */
export function secondFactorOn(given: { db: Database; store: Store; clock: Clock; sealer: Sealer }) {
  const mails = createMails(given);
  const accountUrl = 'https://citrix.test/';
  const needs = { ...given, mails, tellPerson: createTellPerson({ mails, clock: given.clock, accountUrl }) };
  const systemLog = createSystemLog(given);
  return { mfa: createMfa({ ...needs, systemLog }), mfaChanges: createMfaChanges({ ...needs, systemLog }) };
}

/** The error that a promise rejects with; fails when it does not. */
export async function refusalOf(promise: Promise<unknown>): Promise<{ code: string; problems: { path: string }[] }> {
  return promise.then(
    () => {
      throw new Error('it was not refused');
    },
    (error) => error,
  );
}
