import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { type RelyingParty, registerRelyingParty } from '../support/relying-party.ts';
import { connectEntra, connectGateway, connectOkta, connectSaml } from '../support/scenario/upstreams.ts';

let app: TestApp;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(async () => {
  for (const close of closing) await close();
  await app.close();
});

const kinds = { okta: connectOkta, gateway: connectGateway, 'azure-ad': connectEntra, saml: connectSaml } as const;

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])('A subscriber whose organization uses %s', (kind) => {
  let application: RelyingParty;
  let organizationId: string;
  let customerId: string;
  let orgId: string;

  beforeAll(async () => {
    const connected = await kinds[kind](app, `${kind}-company`);
    closing.push(connected.upstream.close);
    ({ id: organizationId, customerId, orgId } = connected.organization);
    application = await registerRelyingParty(app, { organizationId });
  });

  it('signs in there, and the application gets the same normalised claims', async () => {
    const { claims, accessToken } = await application.signIn(new Browser());
    expect(claims).toMatchObject({
      iss: app.sites.issuer,
      aud: application.clientId,
      org_id: orgId,
      customer_id: customerId,
      idp: kind,
      cip_sid: expect.stringMatching(/^S-1-5-21-[\d-]+$/),
      cip_oid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
      cip_upn: expect.stringContaining('@'),
      cip_email: expect.stringContaining('@'),
      name: expect.any(String),
    });
    expect(claims.sub).toMatch(/^[0-9a-f-]{36}$/);
    const info = await application.userinfo(accessToken);
    expect(info.status).toBe(200);
    expect(info.body).toMatchObject({ sub: claims.sub, cip_sid: claims.cip_sid, cip_oid: claims.cip_oid });
  });

  it('is the same person the next time, and needs no page at all while the session lasts', async () => {
    const browser = new Browser();
    const first = await application.signIn(browser);
    const again = await application.signIn(browser, { prompt: 'none' });
    expect(again.claims.sub).toBe(first.claims.sub);
    expect(again.claims.sid).toBe(first.claims.sid);
    const elsewhere = await application.signIn(new Browser());
    expect(elsewhere.claims.sub).toBe(first.claims.sub);
    expect(elsewhere.claims.sid).not.toBe(first.claims.sid);
  });
});
