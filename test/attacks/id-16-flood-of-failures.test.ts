/**
 * ID-16, CON-14: a stranger with nothing but a browser fails to sign in by somebody else's connection, again and again.
 * The connection stays what it is, nobody is sent a letter, and neither the log nor the traces are filled.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashOfToken } from '../../src/core/random.ts';
import type { Connection } from '../../src/directory/connections/connections.ts';
import { createNetworks } from '../../src/signin/networks.ts';
import { outcomeOf } from '../../src/signin/outcomes.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createTestClock } from '../support/clock.ts';
import { type Connected, connectOkta } from '../support/scenario/upstreams.ts';
import type { Simulator } from '../support/upstreams/oidc/vendor.ts';

const minute = 60_000;
let app: TestApp;
let okta: Connected<Simulator>;
let connection: Connection;

beforeAll(async () => {
  app = await startTestApp({ clock: createTestClock() });
  okta = await connectOkta(app, 'acme');
  connection = (await app.services.connections.find(okta.connectionId))!;
});
afterAll(async () => {
  await Promise.all([app.close(), okta.upstream.close()]);
});

/** Begins where `from` is, and comes back with what anybody can write into an address bar. */
async function fail(from: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const { signIn, organizations } = app.services;
  const organization = (await organizations.find(connection.organizationId))!;
  const departure = await signIn.begin({
    target: { kind: 'connection', organization, connection, realm: 'subscribers' } as never,
    interactionUid: randomUUID(),
    clientId: 'workspace:acme',
    browser: randomUUID(),
    network: hashOfToken(from),
    forced: false,
  });
  if (departure.outcome === 'failed') throw new Error(departure.failure.code);
  const handle = new URL(departure.send.url).searchParams.get('state')!;
  const completion = await signIn.complete('login-okta', {
    method: 'GET',
    url: app.sites.callbackUrl('login-okta'),
    parameters: { state: handle, ...parameters },
  });
  return completion.outcome === 'failed' ? completion.failure.code : completion.outcome;
}
const told = async () => {
  const rows = await app.database.db.selectFrom('system_log').selectAll().execute();
  return rows.filter((row) => row.event === 'platform/signin/failed').length;
};
const traces = async () => (await app.database.db.selectFrom('sign_in_traces').selectAll().execute()).length;

describe('A flood of failed sign-ins from one network', () => {
  it('counts little, however the provider takes it', async () => {
    for (let time = 0; time < 30; time++)
      expect(await fail('198.51.100', { error: 'server_error' })).toBe('upstream_error');
    // Over the change of the hour as well.
    app.clock.advance(40 * minute);
    for (let time = 0; time < 30; time++) await fail('198.51.100', { error: 'server_error' });
    const { hour } = await app.services.outcomes.countsOf(connection.id);
    expect(hour.doubtful).toBeLessThan(10);
    expect(hour).toMatchObject({ worked: 0, failed: 0 });
    expect(hour.strange).toBeGreaterThan(20);
  });

  it('counts in full from where people have got in lately, until that is long ago', async () => {
    const networks = createNetworks({ store: app.store, clock: app.clock });
    const share = () => networks.shareOf(connection.id, 'office');
    await networks.noteWorked(connection.id, 'office');
    for (let time = 0; time < 10; time++) expect((await share()).isStrange).toBe(false);
    expect((await networks.shareOf('another', 'office')).isStrange).toBe(false);
    app.clock.advance(31 * 24 * 60 * minute);
    for (let time = 0; time < 4; time++) expect((await share()).isStrange).toBe(false);
    expect((await share()).isStrange).toBe(true);
  });

  it('is no fault of the provider where its firewall answers to the code that a stranger made up', () => {
    for (const code of ['token_refused', 'upstream_answer_invalid', 'upstream_error', 'upstream_throttled'] as const)
      expect(outcomeOf(code)).toBe('doubtful');
  });

  it('leaves so many traces and entries an hour, and no more', async () => {
    app.clock.advance(61 * minute);
    const [logged, traced] = [await told(), await traces()];
    for (let time = 0; time < 230; time++) await fail('203.0.113', { error: 'server_error' });
    expect([(await told()) - logged, (await traces()) - traced]).toEqual([200, 200]);
    await fail('192.0.2', { error: 'server_error' });
    expect([(await told()) - logged, (await traces()) - traced]).toEqual([201, 201]);
  });
});
