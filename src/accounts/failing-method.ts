/**
 * Somebody is about to be sent to a provider that does not answer: they are told since when, and what else their
 * organization allows. They may try anyway: it may work again, or work for them.
 *
 * Another way is taken only while the first one fails, and only to what leads into the same organization.
 */
import type { Connection } from '../directory/connections/connections.ts';
import { administratorsRealm } from '../sessions/policy.ts';
import { readAcrValues } from '../signin/acr-values.ts';
import type { Target } from '../signin/resolve.ts';
import type { AccountsContext } from './context.ts';
import type { FailingMethodPage } from './views/failing-method-page.ts';
import type { Waiting } from './waiting.ts';

type ConnectionTarget = Extract<Target, { kind: 'connection' }>;

/** What a person may have chosen on the page. */
interface Choice {
  /** `anyway`. */
  try?: unknown;
  /** Id of another connection. */
  with?: unknown;
}

/** Where to go: the page, or a provider. */
export async function passFailing(
  context: AccountsContext,
  waiting: Waiting,
  target: ConnectionTarget,
  choice: Choice,
): Promise<{ page: FailingMethodPage } | { target: ConnectionTarget }> {
  const since = context.failingSince(target.connection.id);
  if (since === undefined || choice.try === 'anyway') return { target };
  const others = await otherConnections(context, waiting, target);
  const chosen = others.find(({ id }) => id === choice.with);
  if (chosen && target.realm !== administratorsRealm) return { target: { ...target, connection: chosen } };
  const here = context.signinUrl(waiting.interaction);
  const isAdministrator = target.realm === administratorsRealm;
  const ways = others.map(({ id, name, identifier }) => ({
    name,
    href: isAdministrator ? context.sites.goUrl(identifier ?? '') : `${here}&with=${id}`,
  }));
  return {
    page: {
      organization: target.organization.name,
      provider: target.connection.name,
      since,
      anywayHref: `${here}&try=anyway`,
      others: ways,
      ...(isAdministrator && { citrixHref: context.sites.consoleUrl() }),
    },
  };
}

async function otherConnections(
  context: AccountsContext,
  { interaction }: Waiting,
  { realm, organization, connection }: ConnectionTarget,
): Promise<Connection[]> {
  const isAdministrator = realm === administratorsRealm;
  // The application wants this kind of provider and no other.
  const { acr_values: wishes } = interaction.params;
  if (!isAdministrator && readAcrValues(typeof wishes === 'string' ? wishes : '').idp !== undefined) return [];
  const all = await context.connections.list(organization.id);
  return all.filter(
    (other) =>
      other.id !== connection.id &&
      other.state === 'live' &&
      context.failingSince(other.id) === undefined &&
      (isAdministrator ? other.forAdministrators && other.identifier !== null : other.forSubscribers),
  );
}
