/** Invitations in a running test app: the link out of the mail, and a second factor for whoever has accepted. */
import { TOTP } from 'otpauth';
import { operator } from '../../../src/directory/authority.ts';
import type { Organization } from '../../../src/directory/organizations.ts';
import type { Access } from '../../../src/directory/permissions.ts';
import { generateTotpKey } from '../../../src/directory/totp.ts';
import { totpContext } from '../../../src/directory/totp-devices.ts';
import type { TestApp } from '../app.ts';
import type { Browser, Page } from '../browser.ts';
import { acceptTerms, type TestAdministrator } from './administrators.ts';

export const newPassword = 'Rabbit-Hole-42';

/** By the operator; the link. */
export async function inviteByOperator(
  app: TestApp,
  organization: Organization,
  email: string,
  access: Access = { access: 'full' },
) {
  return app.services.invitations.invite({ organizationId: organization.id, email, access }, operator);
}

/** The first link in a mail that leads to an invitation. */
export function linkIn(text: string): string {
  const link = /https?:\/\/\S+\/invitation\/\S+/.exec(text)?.[0];
  if (link === undefined) throw new Error(`no invitation in:\n${text}`);
  return link;
}

/** As somebody new, from the link to the page that says that it is accepted. */
export async function acceptAsNew(browser: Browser, link: string, name: string): Promise<Page> {
  await browser.get(link);
  await browser.get(browser.link('/account'));
  return browser.submit({ name, newPassword, repeatedPassword: newPassword }, '/account');
}

/** Puts a device where the enrolment would have put it, and accepts the terms, so that the sign-in goes on to the console. */
export async function enrol(app: TestApp, email: string): Promise<TestAdministrator> {
  const identity = await app.services.identities.findByEmail(email);
  if (!identity) throw new Error(`${email} has no identity`);
  const key = generateTotpKey();
  await app.database.db
    .insertInto('totp_devices')
    .values({
      identity_id: identity.id,
      secret_sealed: app.sealer.seal(key, totpContext(identity.id)),
      last_step: 0,
      created_at: app.clock.now(),
    })
    .execute();
  await acceptTerms(app, identity);
  const totp = new TOTP({ secret: key, algorithm: 'SHA1', digits: 6, period: 30 });
  return { identity, email, password: newPassword, code: () => totp.generate({ timestamp: app.clock.now() }) };
}
