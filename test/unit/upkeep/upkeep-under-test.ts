/** Live connections whose provider says what a test wants, checked by one or two processes on one database. */
import type { SigningKey } from '../../../certs/signing-keys.ts';
import type { ProviderErrorCode } from '../../../providers/errors.ts';
import { ProviderError } from '../../../providers/errors.ts';
import type { CheckResult, ChecksConnection, ExpiringPart, Provider } from '../../../providers/provider.ts';
import { createLog } from '../../../src/core/log.ts';
import type { Database } from '../../../src/database/schema.ts';
import { operator } from '../../../src/directory/authority.ts';
import { createConnectionChecks } from '../../../src/directory/connections/connection-checks.ts';
import { createConnectionStates } from '../../../src/directory/connections/connection-states.ts';
import type { Connection } from '../../../src/directory/connections/connections.ts';
import { createSamlRollover } from '../../../src/directory/connections/saml-rollover.ts';
import { createSecretExpiries } from '../../../src/directory/connections/secret-expiries.ts';
import { createSigningKeys } from '../../../src/directory/signing-keys.ts';
import { createOutcomes } from '../../../src/signin/outcomes.ts';
import { createUpkeep } from '../../../src/upkeep/upkeep.ts';
import { definitionOf, openDirectory } from '../directory/directory-under-test.ts';

export const minute = 60_000;
const log = createLog({ level: 'silent' });

/** What the simulated provider answers; fine unless said. */
export interface Ails {
  code?: ProviderErrorCode;
  clockSkew?: number;
  parts?: readonly ExpiringPart[];
}

export async function openUpkeep() {
  const directory = await openDirectory();
  const { db, clock, store, systemLog, mails, connections } = directory;
  /** By connection id; `*` for all others. */
  const ails = new Map<string, Ails>();
  /** Ids, in the order in which they were asked. */
  const asked: string[] = [];
  const letters: { to: string; subject: string }[] = [];

  function answersOf(connection: Connection): CheckResult[] {
    asked.push(connection.id);
    const { code, clockSkew } = ails.get(connection.id) ?? ails.get('*') ?? {};
    if (code === undefined) return [{ check: 'reachable', ok: true, ...(clockSkew !== undefined && { clockSkew }) }];
    const detail = { expected: 'an answer', received: 'none' };
    return [{ check: 'reachable', ok: false, error: new ProviderError(code, { detail }) }];
  }

  const secretExpiries = createSecretExpiries({ db, clock, definitionOf, systemLog });
  /** Our own; none unless a test makes some. */
  const keys: SigningKey[] = [];

  const samlRollover = createSamlRollover({ db, clock, systemLog, keys: () => keys });
  const signingKeys = createSigningKeys({ db, clock, sealer: directory.sealer, samlEntityId: 'https://saml.test' });

  /** One process's worth. */
  function startProcess(on: Database = db) {
    const checks = createConnectionChecks({ db: on, clock });
    const states = createConnectionStates({ db: on, clock });
    const outcomes = createOutcomes({ store, clock, log, states, onTurn: (id) => checks.hasten(id, 2 * minute) });
    const upkeep = createUpkeep({
      db: on,
      clock,
      log,
      checks,
      states,
      connections,
      outcomes,
      metadataWatches: { find: async () => undefined, pending: () => [] },
      systemLog,
      sites: { consoleUrl: (path = '/') => `https://console.test${path}` } as never,
      definitionOf: (kind) => {
        const definition = definitionOf(kind);
        return definition && { ...definition, expiring: () => ails.get('*')?.parts ?? [] };
      },
      upstreams: {
        freshProviderOf: async (connection) => {
          const provider: Provider & ChecksConnection = {
            kind: 'redirect',
            begin: () => Promise.reject(new Error('nobody signs in')),
            complete: () => Promise.reject(new Error('nobody signs in')),
            async *check() {
              yield* answersOf(connection);
            },
          };
          return provider;
        },
      },
      mails: {
        queue: async (draft, within) => {
          letters.push({ to: draft.to, subject: draft.letter.subject });
          await mails.queue(draft, within);
        },
      },
      chance: () => 0.5,
      secretExpiries,
      keys: () => keys,
      samlRollover,
      signingKeys,
    });
    return { ...upkeep, checks, states, outcomes };
  }

  let count = 0;
  async function connect(customerId = `customer-${++count}`): Promise<Connection> {
    const organization =
      (await directory.organizations.findByCustomerId(customerId)) ??
      (await directory.organizations.create({ name: `The ${customerId} company`, customerId }));
    const settings = { issuer: 'https://alpha.okta.test', clientId: 'abc', clientSecret: 'a-secret-of-alpha' };
    const { id } = await connections.create(organization.id, { kind: 'okta', name: `Okta ${++count}`, settings });
    return connections.makeLive(id);
  }

  async function addAdministrator(organizationId: string, name: string, access: 'full' | 'custom' = 'full') {
    const email = `${name}@example.test`;
    const identity = await directory.identities.create({ email, displayName: name, password: 'Correct-Horse-7' });
    const subject = {
      kind: 'identity',
      connectionId: 'citrix',
      subject: identity.id,
      displayName: name,
      email,
    } as const;
    const given = access === 'full' ? { access } : { access, permissions: ['library' as const] };
    await directory.administrators.add({ ...subject, organizationId, access: given as never }, operator);
    return email;
  }

  const first = startProcess();
  /** Everything that is due from now on, as the server's timer would come to it. */
  async function pass(ms: number, step = minute): Promise<void> {
    for (let left = ms; left > 0; left -= step) {
      clock.advance(Math.min(step, left));
      await first.checkConnections();
    }
  }
  const levelOf = async ({ id }: Connection) => (await first.states.healthOf([id])).get(id)?.finding?.level ?? null;

  return {
    ...directory,
    ...first,
    secretExpiries,
    samlRollover,
    signingKeys,
    keys,
    ails,
    asked,
    letters,
    startProcess,
    connect,
    addAdministrator,
    pass,
    levelOf,
  };
}
