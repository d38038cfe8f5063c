/**
 * What the console's list of connections costs in an organization that has ten thousand, beside one that has a hundred:
 * paged, filtered, and one of them opened, each as a whole request of an administrator. Called by `main.ts`.
 */
import { randomUUID } from 'node:crypto';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { median } from './median.ts';

/** Milliseconds by the wall. */
export interface ConnectionListFigures {
  many: number;
  ms_of_100: Pages;
  ms_of_many: Pages;
  /** The worst of the pages. */
  ratio_to_100: number;
}
/** The first page, one in the middle, those that fail, a part of a name, one connection with draft and history. */
type Pages = Record<'first' | 'deep' | 'failing' | 'search' | 'open', number>;

const kinds = ['saml', 'okta', 'azure-ad', 'gateway', 'oidc'];
const settings = JSON.stringify({ entityId: 'https://idp.example', certificates: ['x'.repeat(1500)] });

export async function measureConnectionList({ many }: { many: number }): Promise<ConnectionListFigures> {
  const app = await startTestApp({ byPath: true });
  try {
    const small = await fill(app, 'small', 100);
    const large = await fill(app, 'large', many);
    const administrator = await createAdministrator(app, [small.organization, large.organization]);
    const browser = new Browser();
    await browser.get(app.sites.consoleUrl());
    await signInWithCode(browser, administrator);
    const [ms_of_100, ms_of_many] = await measure(app, browser, [small, large]);
    const ratios = Object.entries(ms_of_many!).map(([name, ms]) => ms / ms_of_100![name as keyof Pages]);
    return { many, ms_of_100: ms_of_100!, ms_of_many: ms_of_many!, ratio_to_100: Math.max(...ratios) };
  } finally {
    await app.close();
  }
}

interface Filled {
  organization: Organization;
  names: string[];
  ids: string[];
}

/** Ten fail, however many there are; one in ten is a draft, one in five has changes in preparation. */
async function fill({ database, services }: TestApp, customerId: string, count: number): Promise<Filled> {
  const { db } = database;
  const organization = await services.organizations.create({ name: `With ${count} connections`, customerId });
  const organizationId = organization.id;
  const now = Date.now();
  const isFailing = (index: number) => index % (count / 10) === 7;
  const ids = Array.from({ length: count }, () => randomUUID());
  const names = ids.map((id, index) => `${kinds[index % kinds.length]} of branch ${id.slice(0, 13)}`);
  for (let from = 0; from < count; from += 500) {
    const part = ids.slice(from, from + 500).map((id, offset) => ({ id, index: from + offset }));
    await db.transaction().execute(async (trx) => {
      await trx
        .insertInto('connections')
        .values(
          part.map(({ id, index }) => ({
            id,
            organization_id: organizationId,
            kind: kinds[index % kinds.length]!,
            name: names[index]!,
            state: index % 10 === 3 ? ('draft' as const) : ('live' as const),
            for_subscribers: 1,
            for_administrators: 0,
            settings,
            secrets_sealed: null,
            created_at: now,
            updated_at: now,
            version: 2,
          })),
        )
        .execute();
      await trx
        .insertInto('connection_drafts')
        .values(
          part
            .filter(({ index }) => index % 5 === 3)
            .map(({ id }) => ({
              connection_id: id,
              settings,
              secrets_sealed: null,
              based_on: 2,
              revision: 3,
              passed_revision: null,
              passed_at: null,
              updated_by: 'Hanako Sato',
              created_at: now,
              updated_at: now,
            })),
        )
        .execute();
      await trx
        .insertInto('connection_health')
        .values(
          part.map(({ id, index }) => ({
            connection_id: id,
            organization_id: organizationId,
            level: isFailing(index) ? ('failing' as const) : null,
            code: isFailing(index) ? 'upstream_unreachable' : null,
            since: now,
            last_worked_at: now,
          })),
        )
        .execute();
    });
  }
  return { organization, names: [...names].sort(), ids };
}

/** Rounds take turns, so that whatever else the machine does is in both. */
async function measure({ sites }: TestApp, browser: Browser, filled: readonly Filled[]): Promise<Pages[]> {
  const paths = filled.map(({ organization, names, ids }): Record<keyof Pages, string> => {
    const middle = Math.floor(ids.length / 2);
    const base = `/o/${organization.customerId}/connections`;
    return {
      first: base,
      deep: `${base}?after=${encodeURIComponent(names[middle]!)}`,
      failing: `${base}?state=failing`,
      search: `${base}?search=${ids[middle]!.slice(0, 13)}`,
      open: `${base}/${ids[middle]}`,
    };
  });
  const times = filled.map(
    () => ({ first: [], deep: [], failing: [], search: [], open: [] }) as Record<keyof Pages, number[]>,
  );
  for (let round = 0; round < 31; round++)
    for (const name of ['first', 'deep', 'failing', 'search', 'open'] as const)
      for (const [index, path] of paths.entries()) {
        const start = performance.now();
        const { status } = await browser.fetch('GET', sites.consoleUrl(path[name]));
        times[index]![name].push(performance.now() - start);
        if (status !== 200) throw new Error(`${path[name]}: HTTP ${status}`);
      }
  return times.map(
    (each) => Object.fromEntries(Object.entries(each).map(([name, all]) => [name, median(all)])) as Pages,
  );
}

export function connectionListLines({ many, ms_of_100, ms_of_many, ratio_to_100 }: ConnectionListFigures): string {
  const line = (pages: Pages) =>
    Object.entries(pages)
      .map(([name, ms]) => `${name} ${ms.toFixed(2)}`)
      .join(', ');
  return [
    `connections: a page of ${many.toLocaleString('en')}: ${line(ms_of_many)} ms`,
    `  of 100: ${line(ms_of_100)} ms; at worst ${ratio_to_100.toFixed(2)} × (to reach: ≤ 2)`,
  ].join('\n');
}

if (import.meta.main) console.log(connectionListLines(await measureConnectionList({ many: 10_000 })));
