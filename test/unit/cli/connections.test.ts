import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startOktaLike } from '../../support/upstreams/oidc/okta-like.ts';
import { samlUser } from '../../support/upstreams/saml/people.ts';
import { startSamlIdp } from '../../support/upstreams/saml/saml-idp.ts';
import { openOperator } from './run-cli.ts';

const createAlpha = ['organization', 'create', '--name', 'Alpha KK', '--customer', 'alpha'];

describe('the CLI and connections', { timeout: 60_000 }, () => {
  test('takes a SAML provider’s own metadata beside the connection’s file', async () => {
    await using operator = await openOperator();
    await operator.json(createAlpha);
    const idp = await startSamlIdp({
      users: [samlUser],
      serviceProvider: { entityId: 'x', acsUrl: 'http://localhost/acs' },
    });
    try {
      const [file, metadata] = [join(operator.folder, 'saml.yaml'), join(operator.folder, 'idp.xml')];
      await writeFile(file, 'kind: saml\nname: Partner\n');
      await writeFile(metadata, idp.metadata());
      const add = ['connection', 'add', '--organization', 'alpha', '--file', file, '--metadata', metadata];
      const added = await operator.json<{ settings: { entityId: string } }>(add);
      expect(added.settings.entityId).toBe(idp.entityId);
      await writeFile(metadata, '<nonsense/>');
      const refused = await operator.run(add);
      expect([refused.code, refused.err.includes('settings.metadata')]).toEqual([1, true]);
    } finally {
      await idp.close();
    }
  });

  test('checks what can be asked of a provider without a user', async () => {
    await using operator = await openOperator({ SEKISHO_UPSTREAM_LOOPBACK: 'allow' });
    await operator.json(createAlpha);
    const credentials = { clientId: 'abc', clientSecret: 'canary-secret' };
    const okta = await startOktaLike({
      users: [],
      clients: [{ ...credentials, redirectUris: ['http://localhost:8080/core/login-okta'] }],
    });
    const file = join(operator.folder, 'okta.json');
    const settings = { url: okta.url, customDomain: true, ...credentials };
    await writeFile(file, JSON.stringify({ kind: 'okta', name: 'Okta', settings }));
    await operator.json(['connection', 'add', '--organization', 'alpha', '--file', file]);
    const check = ['connection', 'check', '--organization', 'alpha', '--connection', 'Okta'];
    const good = await operator.run(check);
    expect([good.code, good.err]).toEqual([0, '']);
    expect(good.out).not.toContain('FAILED');
    okta.misbehaveNext('document-foreign-issuer');
    const bad = await operator.run(check);
    expect([bad.code, bad.err.includes('FAILED')]).toEqual([1, true]);
    expect(bad.err).toContain('discovery_issuer_mismatch');
    await okta.close();
    expect((await operator.run(check)).err).toContain('upstream_unreachable');
  });
});
