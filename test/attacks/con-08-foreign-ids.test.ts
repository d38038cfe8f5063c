/** SECURITY CON-08: ids of another organization, in every place of a request that takes one, are as unknown as made-up ones. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { consoleRules } from '../../src/console/rules.ts';
import { operator } from '../../src/directory/authority.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser, type Page } from '../support/browser.ts';
import { connectSamlForAdministrators, organizationNamed } from '../support/scenario/administrator-connections.ts';
import { createAdministrator, signInWithCode } from '../support/scenario/administrators.ts';
import { inviteByOperator } from '../support/scenario/invitations.ts';
import { withoutNoise } from './attacker.ts';

const unknownId = '00000000-0000-4000-8000-000000000000';
let app: TestApp;
let globex: Organization;
let mallory: Browser;
let csrf: string;
/** Whatever of the other organization has an id. */
let foreign: { administrator: string; invited: string; group: string; connection: string; trace: string };
let close: () => Promise<unknown>;

beforeAll(async () => {
  app = await startTestApp();
  const acme = await organizationNamed(app, 'acme');
  globex = await organizationNamed(app, 'globex');
  const attacker = await createAdministrator(app, [acme], 'Mallory Acme');
  await createAdministrator(app, [globex], 'Owner Globex');
  const victim = await createAdministrator(app, [globex], 'Victim Globex');
  const saml = await connectSamlForAdministrators(app, { customerId: 'globex', identifier: 'globex-adfs', users: [] });
  close = saml.upstream.close;
  const group = await app.services.administrators.add(
    {
      organizationId: globex.id,
      kind: 'ad-group',
      connectionId: saml.connectionId,
      subject: 'S-1-5-21-1-2-3-4',
      displayName: 'Helpdesk Globex',
      access: { access: 'custom', permissions: ['library'] },
    },
    operator,
  );
  const { administrator } = await inviteByOperator(app, globex, 'invited@globex.example');
  const rows = await app.services.administrators.list(globex.id);
  foreign = {
    administrator: rows.find(({ email }) => email === victim.email)!.id,
    invited: administrator.id,
    group: group.id,
    connection: saml.connectionId,
    trace: await traceOf(globex, saml.connectionId),
  };
  mallory = new Browser();
  await mallory.get(app.sites.consoleUrl());
  await signInWithCode(mallory, attacker);
  csrf = mallory.forms().find(({ action }) => action.pathname.endsWith('/sign-out'))!.fields.csrf!;
});
afterAll(async () => {
  await close?.();
  await app.close();
});
beforeEach(() => app.clock.advance(1000));

async function traceOf({ id: organizationId }: Organization, connectionId: string): Promise<string> {
  const { traces } = app.services;
  const id = traces.newId();
  await traces.write({
    id,
    reference: 'GLOB-2EX3',
    organizationId,
    connection: { id: connectionId, version: 1, kind: 'saml' },
    clientId: 'workspace:globex',
    realm: 'administrators',
    beganAt: app.clock.now(),
    outcome: 'signed_in',
    code: null,
    steps: [{ step: 'begun', at: 0, forced: false }],
  });
  return id;
}

const seen = ({ status, html }: Page, id: string) => [
  status,
  withoutNoise(html.replaceAll(id, 'ID').replaceAll(/<time[\s\S]*?<\/time>/g, 'TIME')),
];
const state = async () => ({
  administrators: await app.services.administrators.list(globex.id),
  settings: (await app.services.organizations.find(globex.id))?.settings,
});

async function ask(method: string, path: string, fields: Record<string, string>): Promise<Page> {
  const body = method === 'POST' ? new URLSearchParams({ csrf, ...fields }) : undefined;
  return mallory.fetch(method, app.sites.consoleUrl(`/o/acme${path}`), body);
}

/** Every route of the console with an id in its path; new ones by themselves. */
const routes = Object.keys(consoleRules).filter((route) => route.includes('/:'));

describe('An id of another organization', () => {
  it.each(routes)('in the path of %s is answered as one that does not exist', async (route) => {
    const [method = '', path = ''] = route.split(' ');
    const before = await state();
    const fields = { access: 'custom', 'permission-library': 'on', version: '1' };
    // What the form has not is refused earlier, and alike: each route gets the fields that it knows.
    const own = Object.keys(fields).filter(
      (name) => path === '/administrators/:administratorId' || (path.endsWith('/remove') && name === 'version'),
    );
    const known = Object.fromEntries(Object.entries(fields).filter(([name]) => own.includes(name)));
    const unknown = await ask(method, path.replace(/:\w+/, unknownId), known);
    expect(unknown.status).toBe(404);
    for (const id of Object.values(foreign))
      expect(seen(await ask(method, path.replace(/:\w+/, id), known), id)).toEqual(seen(unknown, unknownId));
    expect(await state()).toEqual(before);
  });

  it('among those that are selected is as unknown as a made-up one, for every act', async () => {
    const before = await state();
    for (const fields of [{ act: 'remove' }, { act: 'remove', confirmed: 'yes' }, { act: 'resend' }]) {
      const select = (id: string) => ask('POST', '/administrators/selected', { ...fields, [`select-${id}`]: 'on' });
      const unknown = await select(unknownId);
      for (const id of [foreign.administrator, foreign.invited, foreign.group]) {
        const answer = await select(id);
        expect([answer.status, answer.headers.location]).toEqual([unknown.status, unknown.headers.location]);
        expect(seen(answer, id)).toEqual(seen(unknown, unknownId));
      }
    }
    expect(await state()).toEqual(before);
  });

  it('as the connection of a group is as unknown as a made-up one', async () => {
    const before = await state();
    const add = (connection: string) =>
      ask('POST', '/administrators/group', {
        connection,
        group: 'S-1-5-21-1-2-3-5',
        name: 'Ours',
        'permission-library': 'on',
      });
    expect(seen(await add(foreign.connection), foreign.connection)).toEqual(seen(await add(unknownId), unknownId));
    expect(await state()).toEqual(before);
  });

  it('in query, sort and filter finds nothing of theirs', async () => {
    for (const query of [`search=Globex`, `search=${foreign.administrator}`, 'status=expired', `page=2&sort=name`]) {
      const { html } = await ask('GET', `/administrators?${query}`, {});
      expect(html).not.toContain('Victim Globex');
      expect(html).not.toContain('Helpdesk Globex');
    }
  });
});
