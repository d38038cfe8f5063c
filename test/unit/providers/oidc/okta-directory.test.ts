import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { proveDomain } from '../../../../providers/okta/domain.ts';
import { type BrowsesDirectory, canBrowse, type Provider } from '../../../../providers/provider.ts';
import { describeWithFixtures, sharedFixtures } from '../../../support/skips.ts';
import { type Journey, startOktaJourney } from '../../../support/upstreams/oidc/journey.ts';

const person = (number: number, profile: object = {}) => ({
  id: `00u${number}`,
  status: 'ACTIVE',
  profile: {
    firstName: 'Ben',
    lastName: `No${number}`,
    login: `ben${number}@example.com`,
    email: 'b@example.com',
    ...profile,
  },
});
const group = (number: number, name: string) => ({ id: `00g${number}`, profile: { name, description: `d${number}` } });
const users = [
  ...Array.from({ length: 120 }, (_, index) => person(index)),
  person(900, { firstName: 'Aiko', lastName: 'Sato', displayName: '佐藤 愛子', email: undefined }),
  { ...person(901, { firstName: 'Gone' }), status: 'DEPROVISIONED' },
];
const groups = [group(1, 'Everyone'), group(2, 'West Coast users'), group(3, 'say "hi" \\ or')];
const start = () =>
  startOktaJourney({
    settings: { apiToken: 't' },
    upstream: { apiToken: 't', directoryUsers: users, directoryGroups: groups },
  });
function directoryOf({ provider }: Journey): BrowsesDirectory {
  if (!canBrowse(provider as Provider)) throw new Error('cannot be browsed');
  return provider as Provider & BrowsesDirectory;
}

describe("Okta's directory", () => {
  it('is there only with an API token', async () => {
    await using without = await startOktaJourney();
    expect(canBrowse(without.provider as Provider)).toBe(false);
    await using with_ = await start();
    expect(canBrowse(with_.provider as Provider)).toBe(true);
  });

  it('is read page by page, each person once', async () => {
    await using journey = await start();
    const seen: string[] = [];
    let page: string | undefined;
    let pages = 0;
    do {
      const answer = await directoryOf(journey).searchUsers('ben', page);
      seen.push(...answer.entries.map(({ id }) => id));
      page = answer.next;
      pages++;
    } while (page !== undefined);
    expect(pages).toBe(3);
    expect(new Set(seen).size).toBe(121);
  });

  it('finds by the beginning of a name, and says how somebody signs in', async () => {
    await using journey = await start();
    const { entries, next } = await directoryOf(journey).searchUsers(' 佐藤 ');
    expect(next).toBeUndefined();
    expect(entries).toEqual([
      { id: '00u900', subject: '00u900', displayName: '佐藤 愛子', userName: 'ben900@example.com' },
    ]);
    expect((await directoryOf(journey).searchUsers('Gone')).entries).toEqual([]);
    expect((await directoryOf(journey).searchGroups('west')).entries).toEqual([
      { id: '00g2', displayName: 'West Coast users', description: 'd2' },
    ]);
    expect((await directoryOf(journey).searchGroups('')).entries).toHaveLength(3);
  });

  it('takes what was typed as text, whatever quotes are in it', async () => {
    await using journey = await start();
    expect((await directoryOf(journey).searchGroups('say "hi" \\')).entries.map(({ id }) => id)).toEqual(['00g3']);
    await directoryOf(journey).searchUsers('" or profile.login pr or profile.login eq "');
    const search = journey.upstream.requests.at(-1)?.query.search ?? '';
    expect(search).toContain('sw "\\" or profile.login pr or profile.login eq \\""');
  });

  it('sends its token to Okta only, wherever the next page is said to be', async () => {
    await using journey = await start();
    journey.upstream.misbehaveNext('next-page-elsewhere');
    const { next } = await directoryOf(journey).searchUsers('ben');
    await directoryOf(journey).searchUsers('ben', next);
    expect(journey.ports.fetched.every((url) => url.startsWith(`${journey.upstream.url}/`))).toBe(true);
    for (const page of ['https://evil.example/', '"', ' ', '', 'a&limit=1'])
      await expect(directoryOf(journey).searchUsers('ben', page)).rejects.toMatchObject({
        code: 'upstream_answer_invalid',
      });
  });

  it('says for how long Okta wants to be left alone', async () => {
    const now = 1_800_000_000_000;
    await using journey = await startOktaJourney({
      now: () => now,
      settings: { apiToken: 't' },
      upstream: { apiToken: 't', misbehave: ['directory-throttled'] },
    });
    await expect(directoryOf(journey).searchUsers('b')).rejects.toMatchObject({
      code: 'upstream_throttled',
      detail: { note: 'retry after 30 s' },
    });
  });

  it('tells a refused token from a missing right', async () => {
    await using journey = await start();
    journey.upstream.misbehaveNext('groups-forbidden');
    await expect(directoryOf(journey).searchGroups('')).rejects.toMatchObject({
      code: 'directory_refused',
      detail: { received: 'HTTP 403 E0000006' },
    });
  });

  it('gives one person by the id, and by nothing else that Okta would understand', async () => {
    await using journey = await start();
    expect(await directoryOf(journey).findUser('00u900')).toMatchObject({ displayName: '佐藤 愛子' });
    expect(await directoryOf(journey).findGroup('00g1')).toMatchObject({ displayName: 'Everyone' });
    for (const id of ['00u999', '../groups', '00u1?x', '00u1/../00u2', ''])
      expect(await directoryOf(journey).findUser(id), id).toBeUndefined();
    journey.ports.fetch = async () => Response.json(person(1));
    expect(await directoryOf(journey).findUser('me')).toBeUndefined();
    expect(await directoryOf(journey).findUser('00u901')).toBeUndefined();
  });
});

describeWithFixtures("Okta's own examples", () => {
  const examples = [
    ['GET_api_v1_users__200__ListUsers', 'users'],
    ['GET_api_v1_users__200__UsersSearch', 'users'],
    ['GET_api_v1_users__200__UsersQ', 'users'],
    ['GET_api_v1_users__200__UsersFilter', 'users'],
    ['GET_api_v1_groups__200__ListGroupExample', 'groups'],
  ] as const;
  it.each(examples)('%s is read', async (name, collection) => {
    const text = readFileSync(new URL(`api/okta/${name}.json`, sharedFixtures), 'utf8');
    await using journey = await start();
    journey.ports.fetch = async () => new Response(text, { headers: { 'content-type': 'application/json' } });
    const directory = directoryOf(journey);
    const { entries } = collection === 'users' ? await directory.searchUsers('') : await directory.searchGroups('');
    const given = JSON.parse(text) as { id: string; profile: Record<string, string> }[];
    expect(entries).toHaveLength(given.length);
    expect(entries.map(({ id }) => id)).toEqual(given.map(({ id }) => id));
    for (const [index, { displayName }] of entries.entries()) {
      const { profile } = given[index]!;
      expect(displayName).toContain(profile.displayName ?? profile.lastName ?? profile.name);
    }
  });
});

describe("an Okta URL's domain", () => {
  it.each(['https://example.okta.com', 'https://example.okta-eu.com', 'https://dev-1.oktapreview.com/oauth2/default'])(
    '%s is Okta’s own',
    (url) => expect(() => proveDomain(url, false)).not.toThrow(),
  );

  it.each([
    'https://okta.com',
    'https://login.example.com',
    'https://evilokta.com',
    'https://example.okta.com.evil.example',
    'https://example-admin.okta.com',
    'https://a.b.okta.com',
  ])('%s is not', (url) => {
    expect(() => proveDomain(url, false)).toThrow('domain_unconfirmed');
  });

  it('may be a custom one when an administrator says so, but never the admin console', () => {
    expect(() => proveDomain('https://login.example.com', true)).not.toThrow();
    expect(() => proveDomain('https://example-admin.okta.com', true)).toThrow('domain_unconfirmed');
  });
});
