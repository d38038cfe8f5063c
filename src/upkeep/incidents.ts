/**
 * A connection that began to fail, or works again: into the log of its organization, and one letter to whoever can do
 * something about it (SECURITY ID-16: at most one an hour for a connection, however often it goes to and fro).
 */
import type { Clock } from '../core/clock.ts';
import type { Language } from '../core/language.ts';
import type { Database } from '../database/schema.ts';
import type { CheckFinding, ConnectionChecks } from '../directory/connections/connection-checks.ts';
import { type ConnectionHealth, unknownHealth } from '../directory/connections/connection-states.ts';
import type { Connection } from '../directory/connections/connections.ts';
import { fullAccessEmails } from '../directory/full-access-emails.ts';
import { inBothLanguages } from '../mail/letter.ts';
import { type ConnectionIncident, connectionIncident } from '../mail/letters/connection-incident.ts';
import type { Mails } from '../mail/mails.ts';
import { explainHealth } from '../signin/health-explanations.ts';
import type { SystemLog } from '../system-log/system-log.ts';

const hour = 3_600_000;
const keptMs = 3 * 24 * hour;

export type Incident =
  | { kind: 'failing'; finding: CheckFinding; lastWorkedAt: number | null }
  /** `since`: when it had begun to fail. */
  | { kind: 'recovered'; since: number };

export interface Incidents {
  /** Within the transaction that moves the state. */
  tell(trx: Database, connection: Connection, incident: Incident): Promise<void>;
}

export function createIncidents(needs: {
  clock: Clock;
  checks: Pick<ConnectionChecks, 'takeLetter' | 'takeRelief'>;
  systemLog: Pick<SystemLog, 'record'>;
  mails: Pick<Mails, 'queue'>;
  /** The connection's page in the console. */
  pageOf(customerId: string, connectionId: string): string;
}): Incidents {
  const { clock, checks, systemLog, mails, pageOf } = needs;

  async function tell(trx: Database, connection: Connection, incident: Incident): Promise<void> {
    const { id, name, organizationId } = connection;
    await systemLog.record(
      {
        event: incident.kind === 'failing' ? 'platform/connection/failing' : 'platform/connection/recovered',
        organizationId,
        actor: { type: 'system' },
        target: { type: 'connection', id, name },
        detail:
          incident.kind === 'failing'
            ? { reason: incident.finding.code, check: incident.finding.check }
            : { failedSince: new Date(incident.since).toISOString() },
      },
      trx,
    );
    const isDue =
      incident.kind === 'failing' ? await checks.takeLetter(id, hour, trx) : await checks.takeRelief(id, trx);
    if (isDue) await write(trx, connection, incident);
  }

  async function write(trx: Database, { id, name, organizationId }: Connection, incident: Incident): Promise<void> {
    const { name: organization, customer_id: customerId } = await trx
      .selectFrom('organizations')
      .select(['name', 'customer_id'])
      .where('id', '=', organizationId)
      .executeTakeFirstOrThrow();
    const at = clock.now();
    const model = { organization, connection: name, at, pageUrl: pageOf(customerId, id) };
    const letter = inBothLanguages((language) =>
      connectionIncident(language, { ...model, incident: toldOf(language, incident) }),
    );
    for (const to of await fullAccessEmails(trx, organizationId))
      await mails.queue({ to, letter, expiresAt: at + keptMs }, trx);
  }

  return { tell };
}

function toldOf(language: Language, incident: Incident): ConnectionIncident['incident'] {
  if (incident.kind === 'recovered') return incident;
  const { finding, lastWorkedAt } = incident;
  const { meaning, remedy } = explainHealth(finding.code);
  const { expected, received } = finding;
  return { kind: 'failing', meaning: meaning[language], remedy: remedy[language], expected, received, lastWorkedAt };
}

export function stateBefore({ finding, lastWorkedAt }: ConnectionHealth = unknownHealth) {
  return { level: finding?.level ?? null, code: finding?.code ?? '', since: finding?.since ?? 0, lastWorkedAt };
}
