import { afterAll, beforeAll, expect, it } from 'vitest';
import { samlCertificates } from '../../../src/services.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { describeIf } from '../../support/skips.ts';
import { signInsWhile } from '../support/sign-ins.ts';
import { hasSimpleSamlPhp, noSimpleSamlPhp, type SimpleSamlPhp, startSimpleSamlPhp } from './simplesamlphp.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeIf(hasSimpleSamlPhp, noSimpleSamlPhp)('SimpleSAMLphp that changes its certificate while people sign in', () => {
  let app: TestApp;
  let idp: SimpleSamlPhp;
  beforeAll(async () => {
    app = await startTestApp({ byPath: true });
    const { samlEntityId: entityId, acsUrl } = app.sites;
    const [certificate] = samlCertificates(app.services.keys(), app.clock.now());
    idp = await startSimpleSamlPhp({ sp: { entityId, acsUrl, certificate: certificate! } });
  });
  afterAll(async () => {
    await idp?.close();
    await app?.close();
  });

  it('none of 5 a second fails, because its metadata is watched and the next certificate adopted', async () => {
    const { organizations, connections } = app.services;
    const organization = await organizations.create({ name: 'Rollover KK', customerId: 'rollover' });
    const connection = await connections.create(organization.id, {
      kind: 'saml',
      name: 'SimpleSAMLphp',
      // By redirect its cookies come along, and whoever is signed in there is asked nothing.
      settings: {
        metadata: await idp.metadata(),
        binding: 'redirect',
        metadataUrl: idp.entityId,
        metadataRefresh: 'adopt',
      },
    });
    await connections.makeLive(connection.id);
    await organizations.updateSettings(organization.id, { alwaysPrompt: false }, organization.version);
    await organizations.setSubscriberConnection(organization.id, connection.id);
    const certificates = async () =>
      ((await connections.find(connection.id))!.settings as { certificates: string[] }).certificates;
    const before = await certificates();
    expect(before).toHaveLength(1);

    const person = {
      home: app.sites.workspaceUrl('rollover'),
      credentials: idp.credentials,
      displayName: 'Tanaka Hanako',
    };
    const { count, failures } = await signInsWhile(app, person, { perSecond: 5, people: 8 }, async () => {
      await pause(1500);
      await idp.announceNext();
      // Its turn in the six hours has come.
      await app.metadataWatching.round();
      await app.services.metadataWatches.hasten(connection.id);
      app.clock.advance(60_000);
      await app.metadataWatching.round();
      expect(await certificates()).toHaveLength(2);
      await pause(1500);
      await idp.switchToNext();
      await pause(2500);
    });
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(20);
    const [first] = before;
    expect((await certificates()).filter((pem) => pem !== first)).toHaveLength(1);
  });
});
