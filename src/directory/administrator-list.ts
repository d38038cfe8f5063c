/** The list of an organization's administrators as somebody wants to see it: found, filtered, in order (ADM-3). Pure. */
import { type Administrator, type AdministratorStatus, isGroup, statusOf } from './administrator-rows.ts';

export const administratorSorts = ['name', 'email', 'status', 'access', 'provider', 'newest'] as const;
export type AdministratorSort = (typeof administratorSorts)[number];
export const administratorTypes = ['individual', 'group'] as const;
export type AdministratorType = (typeof administratorTypes)[number];
export const administratorStatuses = [
  'active',
  'invite_sent',
  'expired',
] as const satisfies readonly AdministratorStatus[];

export interface AdministratorQuery {
  /** Part of name or email, without case; compared plainly, whatever is typed (CON-19). */
  search?: string | undefined;
  status?: AdministratorStatus | undefined;
  type?: AdministratorType | undefined;
  /** `name` unless given. */
  sort?: AdministratorSort | undefined;
}

export interface ListedAdministrator extends Administrator {
  type: AdministratorType;
  status: AdministratorStatus;
  /** The identity provider's name. */
  provider: string;
}

const collator = new Intl.Collator(['en', 'ja'], { sensitivity: 'base', numeric: true });

export function arrange(
  all: readonly Administrator[],
  query: AdministratorQuery,
  facts: { now: number; providerOf(connectionId: string): string },
): ListedAdministrator[] {
  const wanted = query.search === undefined ? undefined : plain(query.search);
  return all
    .map((each) => ({
      ...each,
      type: isGroup(each.kind) ? ('group' as const) : ('individual' as const),
      status: statusOf(each, facts.now),
      provider: facts.providerOf(each.connectionId),
    }))
    .filter(
      (each) =>
        (query.status === undefined || each.status === query.status) &&
        (query.type === undefined || each.type === query.type) &&
        (wanted === undefined || [each.displayName, each.email ?? ''].some((text) => plain(text).includes(wanted))),
    )
    .sort(
      (one, other) =>
        comparisons[query.sort ?? 'name'](one, other) ||
        comparisons.name(one, other) ||
        // The same order at every look, also of two who are called the same.
        (one.id < other.id ? -1 : 1),
    );
}

type Compare = (one: ListedAdministrator, other: ListedAdministrator) => number;
const byText =
  (textOf: (each: ListedAdministrator) => string): Compare =>
  (one, other) =>
    collator.compare(textOf(one), textOf(other));
const order = (status: AdministratorStatus): number => administratorStatuses.indexOf(status);

const comparisons: Readonly<Record<AdministratorSort, Compare>> = {
  name: byText(({ displayName }) => displayName),
  email: byText(({ email }) => email ?? '￿'),
  status: (one, other) => order(one.status) - order(other.status),
  access: (one, other) => breadth(other) - breadth(one),
  provider: byText(({ provider }) => provider),
  newest: (one, other) => other.createdAt - one.createdAt,
};

function breadth({ access }: Administrator): number {
  return access.access === 'full' ? Number.MAX_SAFE_INTEGER : access.permissions.length;
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
