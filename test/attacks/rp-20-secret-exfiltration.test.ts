/** SECURITY RP-20: whoever may edit a connection points it to a server of theirs, and hopes for the secret that is kept. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definitionOf } from '../../providers/registry.ts';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import type { Organization } from '../../src/directory/organizations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { endpointSettings, settingsOf } from '../support/upstreams/endpoint-settings.ts';

let app: TestApp;
let acme: Organization;
beforeAll(async () => {
  app = await startTestApp();
  acme = await app.services.organizations.create({ name: 'Acme', customerId: 'acme' });
});
afterAll(() => app.close());

const secretKeysOf = (kind: string) =>
  definitionOf(kind)!
    .descriptions.filter(({ secret }) => secret === true)
    .map(({ key }) => key);

/** A live connection, and the draft of somebody who edits it. */
async function editing(kind: string, name: string) {
  const { connections, connectionDrafts } = app.services;
  const settings = settingsOf[kind]!();
  const { id } = await connections.create(acme.id, { kind, name, settings, subscribers: true });
  await connections.makeLive(id);
  const draft = await connectionDrafts.open(operatorEditor, id);
  return { id, draft };
}

const withSecrets = endpointSettings().filter(({ kind }) => {
  const settings = settingsOf[kind]!();
  return secretKeysOf(kind).some((key) => settings[key] !== undefined);
});

describe.each(withSecrets)('$kind.$key', ({ kind, key, another }) => {
  it('changed, the secrets have to be typed again', async () => {
    const { id, draft } = await editing(kind, `${kind} ${key}`);
    expect(draft.secrets.length).toBeGreaterThan(0);
    const { connectionDrafts, connections } = app.services;
    const change = { settings: { ...draft.settings, [key]: another } };
    const { draft: saved, dropped } = await connectionDrafts.save(operatorEditor, id, draft.revision, change);
    expect([...dropped].sort()).toEqual([...draft.secrets].sort());
    expect(saved.secrets).toEqual([]);
    const whole = await connectionDrafts.openSettings(id);
    expect(JSON.stringify(whole)).not.toContain('canary');
    // put back, they do not come back; and what is live has never changed
    const back = { settings: draft.settings };
    expect((await connectionDrafts.save(operatorEditor, id, saved.revision, back)).draft.secrets).toEqual([]);
    expect(JSON.stringify(await connections.openSettings({ id }))).toContain('canary');
  });
});

it('what names nobody can be changed without typing them again', async () => {
  const { id, draft } = await editing('okta', 'Okta that stays');
  const change = { settings: { ...draft.settings, scopes: 'openid' } };
  const { draft: saved } = await app.services.connectionDrafts.save(operatorEditor, id, draft.revision, change);
  expect([...saved.secrets].sort()).toEqual(['apiToken', 'clientSecret']);
});
