import { describe, expect, test } from 'vitest';
import { hashOfToken } from '../../../../src/core/random.ts';
import { operator } from '../../../../src/directory/authority.ts';
import { operatorEditor } from '../../../../src/directory/connections/editor.ts';
import type { SetupLinkHolder } from '../../../../src/directory/connections/setup-link-holder.ts';
import { holderOf, type SetupLinkCreator } from '../../../../src/directory/connections/setup-links.ts';
import { dayMs, openDirectory, refusalOf } from '../directory-under-test.ts';

const settings = { issuer: 'https://alpha.okta.com', clientId: 'abc' };
const secrets = { clientSecret: 'canary-secret-1' };
const browser = hashOfToken('browser one');
const origin = { clientAddress: '192.0.2.7', userAgent: 'Test' };

async function openWithLink(given: { mayFinish?: boolean; kind?: string } = {}) {
  const directory = await openDirectory();
  const { organizations, drafts, administrators, identities, setupLinks } = directory;
  const organization = await organizations.create({ name: 'Alpha KK', customerId: 'alpha' });
  const identity = await identities.create({
    email: 'alice@alpha.test',
    displayName: 'Alice',
    password: 'Rabbit-Hole-42',
  });
  const administrator = await administrators.add(
    {
      organizationId: organization.id,
      kind: 'identity',
      connectionId: 'citrix',
      subject: identity.id,
      displayName: 'Alice',
      email: 'alice@alpha.test',
      access: { access: 'full' },
    },
    operator,
  );
  const creator: SetupLinkCreator = {
    act: { actor: { type: 'administrator', id: 'account', name: 'Alice' } },
    as: [administrator.id],
    signedInWith: 'citrix',
    accountId: 'account',
  };
  const head = (name: string) => ({ kind: given.kind ?? 'okta', name });
  const { connection } = await drafts.begin(operatorEditor, organization.id, head('One'), { settings, secrets });
  const { connection: other } = await drafts.begin(operatorEditor, organization.id, head('Two'), { settings, secrets });
  const make = (mayFinish = given.mayFinish ?? false) =>
    setupLinks.create(creator, organization.id, {
      connectionId: connection.id,
      email: 'idp@customer.test',
      language: 'en',
      mayFinish,
    });
  const { link, url } = await make();
  const token = url.split('/').at(-1)!;
  const holder: SetupLinkHolder = holderOf({ id: link.id, email: link.email }, browser, origin);
  return { ...directory, organization, administrator, creator, connection, other, make, link, url, token, holder };
}

describe('A set-up link', () => {
  test('changes nothing when it is opened, and works only after Begin, in that browser', async () => {
    await using it = await openWithLink();
    const before = await it.db.selectFrom('setup_links').selectAll().execute();
    for (let opened = 0; opened < 3; opened++)
      expect(await it.setupLinks.find(it.token)).toMatchObject({ outcome: 'open', connection: { name: 'One' } });
    expect(await it.db.selectFrom('setup_links').selectAll().execute()).toEqual(before);
    const change = { settings };
    expect(await refusalOf(it.drafts.save(it.holder, it.connection.id, 1, change))).toMatchObject({
      code: 'setup_link_over',
    });
    await it.setupLinks.begin(it.token, browser, origin);
    expect(await it.setupLinks.held(it.link.id, browser)).toMatchObject({ email: 'idp@customer.test', step: 0 });
    await it.drafts.save(it.holder, it.connection.id, 1, change);
  });

  test('opens several times: begun elsewhere it moves there, and both times are known', async () => {
    await using it = await openWithLink();
    await it.setupLinks.begin(it.token, browser, origin);
    it.clock.advance(60_000);
    const second = hashOfToken('browser two');
    await it.setupLinks.begin(it.token, second, origin);
    expect(await it.setupLinks.held(it.link.id, browser)).toBeUndefined();
    expect(await it.setupLinks.held(it.link.id, second)).toBeDefined();
    expect(await refusalOf(it.drafts.open(it.holder, it.connection.id))).toMatchObject({ code: 'setup_link_over' });
    const [listed] = await it.setupLinks.list(it.organization.id, it.connection.id);
    expect(listed).toMatchObject({ state: 'begun', openedLastAt: listed!.openedFirstAt! + 60_000 });
    const log = await it.db
      .selectFrom('system_log')
      .selectAll()
      .where('event', '=', 'platform/setuplink/open')
      .execute();
    expect(log.map(({ actor_type }) => actor_type)).toEqual(['setuplink', 'setuplink']);
  });

  test('is kept as a hash, and its secret is in no row, no log and no waiting mail that could be read', async () => {
    await using it = await openWithLink();
    const secret = it.token.split('.')[1]!;
    for (const table of ['setup_links', 'system_log', 'mails'] as const)
      expect(JSON.stringify(await it.db.selectFrom(table).selectAll().execute())).not.toContain(secret);
    expect(await it.setupLinks.find(`${it.link.id}.${'A'.repeat(43)}`)).toEqual({ outcome: 'unknown' });
    expect(await refusalOf(it.setupLinks.begin(`${it.link.id}.${'A'.repeat(43)}`, browser, origin))).toMatchObject({
      code: 'setup_link_over',
    });
  });

  test('reaches the draft of its own connection and of no other', async () => {
    await using it = await openWithLink();
    await it.setupLinks.begin(it.token, browser, origin);
    for (const act of [
      () => it.drafts.open(it.holder, it.other.id),
      () => it.drafts.save(it.holder, it.other.id, 1, { settings }),
      () => it.drafts.makeLive(it.holder, it.other.id, 1),
      () => it.setupLinks.finish(it.holder, it.other.id),
    ])
      expect(await refusalOf(act())).toMatchObject({ code: 'setup_link_over' });
    expect(await it.drafts.find(it.other)).toMatchObject({ revision: 1 });
  });

  test.each([
    ['it has expired', async (it: Awaited<ReturnType<typeof openWithLink>>) => it.clock.advance(7 * dayMs), 'expired'],
    [
      'it was revoked',
      (it) => it.setupLinks.revoke(it.creator, it.organization.id, it.connection.id, it.link.id),
      'revoked',
    ],
    ['the connection was disconnected', disconnect, 'revoked'],
    [
      'its creator has full access no more',
      (it) => it.administrators.remove(it.organization.id, it.administrator.id, operator),
      'revoked',
    ],
  ] as [string, (it: Awaited<ReturnType<typeof openWithLink>>) => Promise<unknown>, string][])(
    'is over when %s',
    async (_why, happen, outcome) => {
      await using it = await openWithLink();
      await it.setupLinks.begin(it.token, browser, origin);
      const { revision } = await it.drafts.open(it.holder, it.connection.id);
      await addSecondAdministrator(it);
      await happen(it);
      expect(await it.setupLinks.find(it.token)).toMatchObject({ outcome });
      expect(await it.setupLinks.held(it.link.id, browser)).toBeUndefined();
      expect(await refusalOf(it.setupLinks.begin(it.token, browser, origin))).toMatchObject({
        code: 'setup_link_over',
      });
      for (const act of [
        () => it.drafts.open(it.holder, it.connection.id),
        () => it.drafts.save(it.holder, it.connection.id, revision, { settings }),
        () => it.setupLinks.finish(it.holder, it.connection.id),
      ])
        expect(await refusalOf(act())).toMatchObject({ code: 'setup_link_over' });
    },
  );

  test('made by a secure client ends with that client', async () => {
    await using it = await openWithLink();
    const { url, link } = await it.setupLinks.create({ ...it.creator, clientId: 'gone' }, it.organization.id, {
      connectionId: it.connection.id,
      language: 'ja',
      mayFinish: true,
    });
    expect(await it.setupLinks.find(url.split('/').at(-1)!)).toMatchObject({ outcome: 'revoked' });
    expect(link).toMatchObject({ email: null, mayFinish: true });
  });

  test('hands the work back: the administrator makes it live, and the link is over', async () => {
    await using it = await openWithLink();
    await it.setupLinks.begin(it.token, browser, origin);
    await it.drafts.notePassed(it.connection.id, 1);
    expect(await refusalOf(it.drafts.makeLive(it.holder, it.connection.id, 1))).toMatchObject({
      code: 'not_permitted',
    });
    expect(await it.setupLinks.finish(it.holder, it.connection.id)).toBe('passed');
    expect(await refusalOf(it.setupLinks.finish(it.holder, it.connection.id))).toMatchObject({
      code: 'setup_link_over',
    });
    expect(await it.setupLinks.finishedHere(it.link.id, browser)).toMatchObject({ outcome: 'passed' });
    expect(await it.setupLinks.finishedHere(it.link.id, hashOfToken('another'))).toBeUndefined();
    expect(await refusalOf(it.drafts.save(it.holder, it.connection.id, 1, { settings }))).toMatchObject({
      code: 'setup_link_over',
    });
    expect(await it.connections.find(it.connection.id)).toMatchObject({ state: 'draft' });
  });

  test('makes live only what has passed, and only where the administrator allowed it', async () => {
    await using it = await openWithLink({ mayFinish: true });
    await it.setupLinks.begin(it.token, browser, origin);
    const untested = it.drafts.makeLive(it.holder, it.connection.id, 1, { untested: 'operator' });
    expect(await refusalOf(untested)).toMatchObject({ code: 'draft_not_passed' });
    await it.drafts.notePassed(it.connection.id, 1);
    await it.drafts.makeLive(it.holder, it.connection.id, 1);
    expect(await it.setupLinks.finish(it.holder, it.connection.id)).toBe('live');
    const [version] = await it.versions.list((await it.connections.find(it.connection.id))!);
    expect(version).toMatchObject({ liveBy: 'idp@customer.test', how: 'test' });
  });

  test('that may finish is over when somebody else has made the connection live meanwhile (CON-06)', async () => {
    await using it = await openWithLink({ mayFinish: true });
    const { link: preparing } = await it.make(false);
    await it.setupLinks.begin(it.token, browser, origin);
    await it.drafts.makeLive(operatorEditor, it.connection.id, 1, { untested: 'operator' });
    expect(await it.setupLinks.find(it.token)).toMatchObject({ outcome: 'revoked' });
    expect(await it.setupLinks.held(it.link.id, browser)).toBeUndefined();
    expect(await refusalOf(it.drafts.open(it.holder, it.connection.id))).toMatchObject({ code: 'setup_link_over' });
    const states = await it.setupLinks.list(it.organization.id, it.connection.id);
    expect(states.find(({ id }) => id === preparing.id)).toMatchObject({ state: 'open' });
    // One that is made for a live connection is for changing it, and stays while others change it.
    const { link: renewing } = await it.make(true);
    await it.drafts.open(operatorEditor, it.connection.id);
    await it.drafts.makeLive(operatorEditor, it.connection.id, 1, { untested: 'operator' });
    const after = await it.setupLinks.list(it.organization.id, it.connection.id);
    expect(after.find(({ id }) => id === renewing.id)).toMatchObject({ state: 'open' });
  });

  test('loses the stored secret when another endpoint is entered (RP-20)', async () => {
    await using it = await openWithLink();
    await it.drafts.makeLive(operatorEditor, it.connection.id, 1, { untested: 'operator' });
    await it.setupLinks.begin(it.token, browser, origin);
    const draft = await it.drafts.open(it.holder, it.connection.id);
    expect(JSON.stringify(draft)).not.toContain('canary-secret');
    const moved = { settings: { ...settings, issuer: 'https://evil.test' } };
    const { dropped } = await it.drafts.save(it.holder, it.connection.id, draft.revision, moved);
    expect(dropped).toEqual(['clientSecret']);
    expect(JSON.stringify(await it.drafts.openSettings(it.connection.id))).not.toContain('canary-secret');
    expect(await it.connections.openSettings(it.connection)).toMatchObject(secrets);
  });

  test('is made by full access only, for one’s own connection, and not too often', async () => {
    await using it = await openWithLink();
    const beta = await it.organizations.create({ name: 'Beta', customerId: 'beta' });
    const draft = { connectionId: it.connection.id, language: 'en', mayFinish: false } as const;
    const create = (by: Partial<SetupLinkCreator>, organizationId = it.organization.id, more = {}) =>
      it.setupLinks.create({ ...it.creator, ...by }, organizationId, { ...draft, ...more });
    expect(await refusalOf(create({ as: [] }))).toMatchObject({ code: 'not_permitted' });
    expect(await refusalOf(create({ as: 'operator' }, beta.id))).toMatchObject({ code: 'not_found' });
    expect(await refusalOf(create({}, undefined, { email: 'nobody' }))).toMatchObject({ code: 'email_invalid' });
    expect(await refusalOf(create({}, undefined, { days: 31 }))).toMatchObject({ code: 'settings_invalid' });
    for (let made = 1; made < 10; made++) await it.make();
    expect(await refusalOf(it.make())).toMatchObject({ code: 'limit_reached' });
  });

  test('is listed and revoked within its own organization and connection only (CON-08)', async () => {
    await using it = await openWithLink();
    const beta = await it.organizations.create({ name: 'Beta', customerId: 'beta' });
    expect(await it.setupLinks.list(beta.id, it.connection.id)).toEqual([]);
    expect(await it.setupLinks.list(it.organization.id, it.other.id)).toEqual([]);
    for (const [organizationId, connectionId] of [
      [beta.id, it.connection.id],
      [it.organization.id, it.other.id],
    ] as const)
      expect(
        await refusalOf(it.setupLinks.revoke(operatorEditor, organizationId, connectionId, it.link.id)),
      ).toMatchObject({ code: 'not_found' });
    expect(await it.setupLinks.find(it.token)).toMatchObject({ outcome: 'open' });
  });
});

async function disconnect(it: Awaited<ReturnType<typeof openWithLink>>): Promise<void> {
  const draft = await it.drafts.find(it.connection);
  await it.drafts.makeLive(operatorEditor, it.connection.id, draft!.revision, { untested: 'operator' });
  await it.disconnecting.disconnect(operatorEditor, it.connection.id, 2);
}

/** So that the first can be removed. */
async function addSecondAdministrator({
  identities,
  administrators,
  organization,
}: Awaited<ReturnType<typeof openWithLink>>): Promise<void> {
  const bob = { email: 'bob@alpha.test', displayName: 'Bob', password: 'Rabbit-Hole-42' };
  const { id: subject } = await identities.create(bob);
  await administrators.add(
    {
      organizationId: organization.id,
      kind: 'identity',
      connectionId: 'citrix',
      subject,
      displayName: 'Bob',
      email: bob.email,
      access: { access: 'full' },
    },
    operator,
  );
}
