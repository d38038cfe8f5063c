import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { Browser } from '../../support/browser.ts';
import { registerRelyingParty } from '../../support/relying-party.ts';
import { alice, type Connected, connectOkta } from '../../support/scenario/upstreams.ts';
import { freePort } from '../../support/services/processes.ts';
import { describeIf } from '../../support/skips.ts';
import type { Simulator } from '../../support/upstreams/oidc/vendor.ts';
import { hasModAuthOpenidc, noModAuthOpenidc, pagesOf, startModAuthOpenidc } from './mod-auth-openidc.ts';

for (const idTokenAlgorithm of ['RS256', 'ES256'] as const) {
  describeIf(hasModAuthOpenidc, noModAuthOpenidc)(`mod_auth_openidc with ${idTokenAlgorithm}`, () => {
    let app: TestApp;
    let okta: Connected<Simulator>;
    let apache: Awaited<ReturnType<typeof startModAuthOpenidc>>;

    beforeAll(async () => {
      app = await startTestApp({ byPath: true });
      okta = await connectOkta(app, 'peers-kk', { loginPage: true });
      const port = await freePort();
      const pages = pagesOf(port);
      const { clientId, secret } = await registerRelyingParty(app, {
        organizationId: okta.organization.id,
        metadata: {
          redirect_uris: [pages.redirectUri],
          post_logout_redirect_uris: [pages.signedOutUrl],
          backchannel_logout_uri: pages.backChannelUrl,
          client_uri: pages.protectedUrl,
          id_token_signed_response_alg: idTokenAlgorithm,
        },
      });
      const { issuer } = app.sites;
      apache = await startModAuthOpenidc({ port, issuer, clientId, secret: String(secret), idTokenAlgorithm });
    });
    afterAll(async () => {
      await apache?.close();
      await okta?.upstream.close();
      await app?.close();
    });

    /** Opens the protected page as somebody whom nobody knows yet, and signs in at the upstream's form. */
    async function signIn(): Promise<{ browser: Browser; uid: string }> {
      const browser = new Browser();
      const form = await browser.get(apache.protectedUrl);
      expect(form.url.origin).toBe(okta.upstream.url);
      const page = await browser.submit({ username: alice.username, password: alice.password });
      expect(page.url.href, await apache.log()).toBe(apache.protectedUrl);
      const [newest] = await app.services.sessions.listOfOrganization(okta.organization.id);
      return { browser, uid: newest!.session.uid };
    }

    it('lets in who signs in at the organization’s provider, and hands the page the normalised claims', async () => {
      const { browser } = await signIn();
      const environment = Object.fromEntries(
        browser.page!.html.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2)),
      );
      expect(environment).toMatchObject({
        OIDC_CLAIM_iss: app.sites.issuer,
        OIDC_CLAIM_customer_id: 'peers-kk',
        OIDC_CLAIM_idp: 'okta',
        OIDC_CLAIM_cip_sid: alice.claims?.cip_sid,
        OIDC_CLAIM_cip_oid: 'b1db3cca-72bd-4f31-9ebf-c70cd44bda32',
        OIDC_CLAIM_cip_email: expect.stringMatching(/^alice@mail\.example$/i),
        OIDC_CLAIM_name: 'Alice Liddell',
      });
      expect(environment.REMOTE_USER).toContain(environment.OIDC_CLAIM_sub);
      expect(await apache.log()).toMatch(new RegExp(`alg="?${idTokenAlgorithm}|"alg": ?"${idTokenAlgorithm}"`));
    });

    it('ends the session by its RP-initiated logout', async () => {
      const { browser, uid } = await signIn();
      const question = await browser.get(apache.logoutUrl);
      expect(question.url.pathname).toBe('/core/connect/endsession');
      const page = await browser.submit({ logout: 'yes' }, '/endsession/confirm');
      expect(page.url.href).toBe(apache.signedOutUrl);
      expect(page.html).toContain('Signed out of the application');
      expect(await app.services.sessions.find(uid)).toMatchObject({ active: false, end: { reason: 'signed_out' } });
      expect((await browser.get(apache.protectedUrl)).url.origin).toBe(okta.upstream.url);
    });

    it('is told by back-channel logout, and asks for a sign-in again', async () => {
      const { browser, uid } = await signIn();
      expect((await browser.get(apache.protectedUrl)).url.href).toBe(apache.protectedUrl);
      await app.services.sessions.end(uid, 'revoked');
      await app.deliverNotices();
      expect(app.log.join('')).not.toContain('a logout notice was not accepted');
      // Apache no longer knows the browser.
      const sent = await browser.fetch('GET', apache.protectedUrl);
      expect(sent.headers.location).toContain(`${app.sites.issuer}/connect/authorize`);
    });
  });
}
