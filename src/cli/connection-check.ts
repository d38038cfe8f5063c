/** `connection check`: what can be found out about a connection without a user. */
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type CheckResult, canCheck, type Ports } from '../../providers/provider.ts';
import { definitionOf } from '../../providers/registry.ts';
import { readAzureAdApplications } from '../config/azure-ad-applications.ts';
import { readUpstreamAuthorities } from '../config/upstream-authorities.ts';
import { systemClock } from '../core/clock.ts';
import { createGuardedFetch } from '../core/guarded-fetch.ts';
import { installationOf } from '../services.ts';
import { type Command, columns } from './command.ts';
import { RefusedError } from './refused-error.ts';

export const checkConnection: Command = {
  name: 'connection check',
  summary: 'Ask the provider of a connection what can be asked without a user',
  options: {
    organization: { value: 'ID', help: 'Customer id or OrgID', required: true },
    connection: { value: 'NAME', help: 'Name or id of the connection', required: true },
  },
  async run(values, io) {
    const { config, sites, connections, requireOrganization, requireConnection, signingKeys } = await io.open();
    const organization = await requireOrganization(values.required('organization'));
    const connection = await requireConnection(organization, values.required('connection'));
    const definition = definitionOf(connection.kind);
    if (!definition) throw new RefusedError(`This version has no provider "${connection.kind}"`);
    await signingKeys.ensure();
    const authorities = readUpstreamAuthorities(config);
    const operators = { azureAd: readAzureAdApplications(config), certificateAuthorities: authorities };
    const installation = installationOf(operators, sites, await signingKeys.load());
    const fetch = createGuardedFetch({ allowLoopback: config.upstreamLoopback === 'allow', authorities });
    try {
      const settings = definition.schema.parse(await connections.openSettings(connection));
      const log = { info() {}, warn() {} };
      const ports: Ports = {
        fetch,
        log,
        now: () => systemClock.now(),
        random: (bytes) => randomBytes(bytes),
        sleep: (milliseconds) => setTimeout(milliseconds),
      };
      const provider = definition.create(settings, ports, installation);
      if (!canCheck(provider)) throw new RefusedError(`Nothing can be asked of ${definition.label} without a user`);
      const results: CheckResult[] = [];
      const callbackUrl = definition.kind === 'saml' ? sites.acsUrl : sites.callbackUrl(definition.callback);
      for await (const result of provider.check({ callbackUrl })) results.push(result);
      const text = columns(results.map(({ check, ok, error }) => [ok ? 'ok' : 'FAILED', check, describe(error)]));
      if (results.some(({ ok }) => !ok)) throw new RefusedError(text);
      return { json: results, text };
    } finally {
      await fetch.close();
    }
  },
};

function describe(error: CheckResult['error']): string {
  if (!error) return '';
  const { expected, received, where, note } = error.detail;
  const parts = [
    error.code,
    where,
    note,
    expected !== undefined && `expected ${expected}`,
    received !== undefined && `received ${received}`,
  ];
  return parts.filter((part) => typeof part === 'string').join('; ');
}
