/**
 * CON-11: somebody has got hold of the address at which a provider's metadata is read. An administrator gives another one
 * and throws the certificate out; nothing that was read at the old address may come back, whatever is read at that moment.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { operatorEditor } from '../../src/directory/connections/editor.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createTestClock } from '../support/clock.ts';
import { describeProvider, type PublishedMetadata, publishMetadata } from '../support/scenario/published-metadata.ts';
import { makeIdpKey } from '../support/upstreams/saml/sign-xml.ts';

let app: TestApp;
let lost: PublishedMetadata;
let own: PublishedMetadata;
const [genuine, rogue] = [makeIdpKey(), makeIdpKey()];

beforeAll(async () => {
  app = await startTestApp({ clock: createTestClock() });
  lost = await publishMetadata(describeProvider({ keys: [genuine, rogue] }));
  own = await publishMetadata(describeProvider({ keys: [genuine] }));
});
afterAll(() => Promise.all([app.close(), lost.close(), own.close()]));

it('CON-11: what was read at an address that was left is adopted by nobody any more', async () => {
  const { connections, connectionDrafts, metadataWatches, organizations } = app.services;
  const acme = await organizations.create({ name: 'Acme', customerId: 'acme' });
  const { id } = await connections.create(acme.id, {
    kind: 'saml',
    name: 'Contoso',
    subscribers: true,
    settings: {
      metadata: describeProvider({ keys: [genuine] }),
      metadataUrl: lost.url,
      metadataRefresh: 'adopt',
    },
  });
  await connections.makeLive(id);
  const certificates = async () => (await connections.find(id))?.settings.certificates;
  const readAll = async () => {
    await app.metadataWatching.round();
    app.clock.advance(7 * 3_600_000);
    await app.metadataWatching.round();
  };
  await readAll();
  expect(await certificates()).toEqual([genuine.certificate, rogue.certificate]);

  const draft = await connectionDrafts.open(operatorEditor, id);
  const settings = { ...draft.settings, metadataUrl: own.url, certificates: [genuine.certificate] };
  await connectionDrafts.save(operatorEditor, id, draft.revision, { settings });
  await connectionDrafts.notePassed(id, 2);
  await connectionDrafts.makeLive(operatorEditor, id, 2);
  // As a process has it that took the row before the edit, and an administrator who has the page open.
  const stale = (await metadataWatches.find(id))!;
  const edited = (await connections.find(id))!;
  expect(stale.url).toBe(lost.url);
  expect(metadataWatches.pending(stale, edited.settings as never)).toEqual([]);
  expect(await metadataWatches.adoptByPolicy(stale, edited)).toBe(false);
  await expect(metadataWatches.adoptBy(operatorEditor, edited, edited.version)).rejects.toMatchObject({
    code: 'not_found',
  });
  expect(await certificates()).toEqual([genuine.certificate]);
  await readAll();
  expect(await certificates()).toEqual([genuine.certificate]);
});
