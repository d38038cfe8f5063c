/** A Citrix identity with password and TOTP key that administers organizations of a running test app. */

import { TOTP } from 'otpauth';
import { operator } from '../../../src/directory/authority.ts';
import type { Identity } from '../../../src/directory/identities.ts';
import type { Organization } from '../../../src/directory/organizations.ts';
import { generateTotpKey } from '../../../src/directory/totp.ts';
import type { TestApp } from '../app.ts';
import type { Browser, Page } from '../browser.ts';

export interface TestAdministrator {
  identity: Identity;
  email: string;
  password: string;
  /** The code of the present half minute; each works once. */
  code(): string;
}

/** `enrolled`: has an authenticator app; true unless given. */
export async function createAdministrator(
  app: TestApp,
  organizations: readonly Organization[],
  name = 'Hanako Sato',
  { termsAccepted = true, enrolled = true }: { termsAccepted?: boolean; enrolled?: boolean } = {},
): Promise<TestAdministrator> {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.com`;
  const password = 'Correct-Horse-7';
  const totpKey = generateTotpKey();
  const identity = await app.services.identities.create({
    email,
    displayName: name,
    password,
    ...(enrolled && { totpKey }),
  });
  for (const organization of organizations) {
    await app.services.administrators.add(
      {
        organizationId: organization.id,
        kind: 'identity',
        connectionId: 'citrix',
        subject: identity.id,
        displayName: name,
        email,
        access: { access: 'full' },
      },
      operator,
    );
  }
  if (termsAccepted) await acceptTerms(app, identity);
  const totp = new TOTP({ secret: totpKey, algorithm: 'SHA1', digits: 6, period: 30 });
  return { identity, email, password, code: () => totp.generate({ timestamp: app.clock.now() }) };
}

/** From the email page to wherever it leads. */
export async function signInWithCode(browser: Browser, administrator: TestAdministrator): Promise<Page> {
  const { email, password } = administrator;
  await browser.submit({ email, password }, '/password');
  return browser.submit({ code: administrator.code() }, '/code');
}

/** The terms of service in force, as if accepted at an earlier sign-in. */
export async function acceptTerms(app: TestApp, identity: Identity): Promise<void> {
  const { termsAcceptances } = app.services;
  const { version } = termsAcceptances.terms;
  await termsAcceptances.accept({ identity, language: 'en', version }, { actor: { type: 'system' } });
}
