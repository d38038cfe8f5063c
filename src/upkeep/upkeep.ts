/**
 * What is done to connections while nobody looks: checks, and what follows from them. Each round is safe to run in every
 * process: the rows decide which of them does the work.
 *
 * Called by `app.ts`; `server.ts` calls the rounds.
 */
import type { Sites } from '../config/sites.ts';
import { createExpiryLetters } from './expiry-letters.ts';
import { createExpiryRegister } from './expiry-register.ts';
import { createFailingNow } from './failing-now.ts';
import { createHealthChecks } from './health-checks.ts';
import { createIncidents } from './incidents.ts';
import { createKeyRollover, type KeyRolloverNeeds } from './key-rollover.ts';
import { createUpkeepMetrics } from './metrics.ts';

type HealthNeeds = Omit<Parameters<typeof createHealthChecks>[0], 'incidents'>;
type IncidentNeeds = Omit<Parameters<typeof createIncidents>[0], 'pageOf'>;
type RegisterNeeds = Parameters<typeof createExpiryRegister>[0];

export function createUpkeep(needs: HealthNeeds & IncidentNeeds & RegisterNeeds & KeyRolloverNeeds & { sites: Sites }) {
  const { sites } = needs;
  const incidents = createIncidents({
    ...needs,
    pageOf: (customerId, connectionId) => sites.consoleUrl(`/o/${customerId}/connections/${connectionId}`),
  });
  const healthChecks = createHealthChecks({ ...needs, incidents });
  const failingNow = createFailingNow(needs);

  async function checkConnections(): Promise<number> {
    const checked = await healthChecks.round();
    await failingNow.refresh();
    return checked;
  }

  const expiryRegister = createExpiryRegister(needs);
  const expiryLetters = createExpiryLetters({
    ...needs,
    register: expiryRegister,
    registerUrlOf: (customerId) => sites.consoleUrl(`/o/${customerId}/expiry`),
  });

  return {
    rollOverKeys: createKeyRollover(needs),
    expiryRegister,
    metrics: createUpkeepMetrics({ ...needs, register: expiryRegister }).read,
    tellExpiry: expiryLetters.round,
    forgetExpiry: expiryLetters.forget,
    checkConnections,
    failingSince: failingNow.since,
  };
}
