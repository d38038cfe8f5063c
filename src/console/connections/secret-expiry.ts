/** When the secrets of one connection end: dates that an administrator reads at the provider and enters here. */
import { AppError } from '../../core/errors.ts';
import type { Connections } from '../../directory/connections/connections.ts';
import type { DefinitionOf } from '../../directory/connections/new-connection.ts';
import type { SecretDates, SecretExpiries } from '../../directory/connections/secret-expiries.ts';
import { DirectoryError } from '../../directory/errors.ts';
import type { Csrf } from '../../http/csrf.ts';
import { authorityOf, finish } from '../acts.ts';
import type { Show } from '../frame.ts';
import type { ConsoleRoute } from '../rules.ts';
import type { Handler, Visit } from '../visit.ts';
import { dayField, type SecretExpiryPage, secretExpiryPage } from './secret-expiry-page.ts';

export interface SecretExpiryOptions {
  connections: Pick<Connections, 'find'>;
  definitionOf: DefinitionOf;
  secretExpiries: Pick<SecretExpiries, 'list' | 'enter'>;
  csrf: Csrf;
  show: Show;
}

export function secretExpiryRoutes({ connections, definitionOf, secretExpiries, csrf, show }: SecretExpiryOptions) {
  async function open(visit: Visit) {
    const connection = await connections.find(String(visit.request.params.connectionId));
    // Another organization's is as unknown as one that does not exist (CON-08).
    if (connection?.organizationId !== visit.organization.id) throw new AppError('not_found');
    const secrets = (definitionOf(connection.kind)?.descriptions ?? []).filter(({ secret }) => secret === true);
    return { connection, secrets };
  }

  async function showPage(visit: Visit, typed?: SecretDates, invalid: readonly string[] = []): Promise<void> {
    const { connection, secrets } = await open(visit);
    const known = await secretExpiries.list(visit.organization.id);
    const dateOf = (key: string) =>
      known.find((each) => each.connectionId === connection.id && each.key === key)?.expiresOn ?? '';
    const model: SecretExpiryPage = {
      connection: { name: connection.name, href: visit.url(`/connections/${connection.id}`) },
      registerHref: visit.url('/expiry'),
      secrets: secrets.map(({ key, label }) => ({
        key,
        label,
        day: typed?.[key] ?? dateOf(key),
        isInvalid: invalid.includes(key),
      })),
      action: visit.url(`/connections/${connection.id}/expiry`),
      csrf: csrf.tokenFor(visit.state.session.uid),
    };
    show(visit, (context, frame) => secretExpiryPage(context, frame, model), {
      status: invalid.length > 0 ? 422 : 200,
    });
  }

  const enter: Handler = async (visit) => {
    const { connection, secrets } = await open(visit);
    const dates = Object.fromEntries(
      secrets.map(({ key }) => [key, (visit.form[dayField(key)] ?? '').trim().slice(0, 20)]),
    );
    try {
      const changed = await secretExpiries.enter(authorityOf(visit), visit.organization.id, connection.id, dates);
      finish(visit, '/expiry', changed ? 'saved' : 'unchanged');
    } catch (error) {
      if (!(error instanceof DirectoryError) || error.code !== 'settings_invalid') throw error;
      await showPage(
        visit,
        dates,
        error.problems.map(({ path }) => path),
      );
    }
  };

  return {
    'GET /connections/:connectionId/expiry': (visit) => showPage(visit),
    'POST /connections/:connectionId/expiry': enter,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}
