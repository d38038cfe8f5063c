/** Passkeys over HTTP, as `passkeys.js` uses them: options by POST, the authenticator's answer in the form. */
import type { Passkey } from '../../../src/directory/passkeys.ts';
import type { TestApp } from '../app.ts';
import type { Browser, Page } from '../browser.ts';
import { freePort } from '../services/processes.ts';
import { type Bend, createSoftwareAuthenticator } from '../software-authenticator.ts';
import type { TestAdministrator } from './administrators.ts';

export type Authenticator = ReturnType<typeof createSoftwareAuthenticator>;

/** For `startTestApp`: a domain that browsers let passkeys be bound to, which plain `localhost` is not. */
export async function withPasskeys(): Promise<{ port: number; env: Readonly<Record<string, string>> }> {
  const port = await freePort();
  return { port, env: { SEKISHO_DOMAIN: `http://sekisho.localhost:${port}` } };
}

/** Of somebody who signs in with it; `app` must have been started `withPasskeys`. */
export function createAuthenticator(app: TestApp): Authenticator {
  return createSoftwareAuthenticator({ origin: app.sites.webauthn!.origins.accounts });
}

/** Registered at the console's side door, without its pages. */
export async function givePasskey(
  app: TestApp,
  { identity }: TestAdministrator,
  authenticator: Authenticator,
  name = 'Laptop',
): Promise<Passkey> {
  const { passkeyCeremonies } = app.services;
  const { origins } = app.sites.webauthn!;
  const options = await passkeyCeremonies.beginRegistration(identity, 'a session');
  const answer = authenticator.create(options, { origin: origins.console });
  const owner = { identityId: identity.id };
  return passkeyCeremonies.register(owner, 'a session', { answer, name }, { actor: { type: 'system' } });
}

/** What the button of this page would ask for. */
export async function askForPasskey(browser: Browser, page: Page | undefined = browser.page) {
  const url = /data-options="([^"]+)"/.exec(page?.html ?? '')?.[1]?.replaceAll('&amp;', '&');
  const form = browser.forms(page).find(({ fields }) => 'passkey' in fields);
  if (url === undefined || !form)
    throw new Error(`no passkey is asked for on ${page?.url}:\n${page?.html.slice(0, 2000)}`);
  const answer = await browser.fetch('POST', url, new URLSearchParams({ csrf: form.fields.csrf ?? '' }), {
    accept: 'application/json',
  });
  if (answer.status !== 200) throw new Error(`options: ${answer.status} ${answer.html.slice(0, 500)}`);
  return { form, options: JSON.parse(answer.html) };
}

/** The button of this page, with an authenticator that has what it asks for. */
export async function answerWithPasskey(
  browser: Browser,
  authenticator: Authenticator,
  bend: Bend = {},
): Promise<Page> {
  const { form, options } = await askForPasskey(browser);
  return browser.post(form.action, { ...form.fields, passkey: authenticator.get(options, bend) });
}
