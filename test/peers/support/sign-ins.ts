/**
 * People who sign in again and again at real software, at a steady rate, while something happens to it.
 *
 * Each is signed in at their provider already, which therefore asks nothing; here each sign-in is a new session.
 */
import type { TestApp } from '../../support/app.ts';
import { Browser } from '../../support/browser.ts';

export interface Person {
  /** Of the organization's workspace. */
  home: string;
  credentials: Readonly<Record<string, string>>;
  /** Is on the page that they come to. */
  displayName: string;
}

/** Pages of SAML post themselves by script. */
export async function untilPage(browser: Browser): Promise<void> {
  for (let step = 0; step < 8; step++) {
    const form = browser.forms().find(({ fields }) => 'SAMLRequest' in fields || 'SAMLResponse' in fields);
    if (!form) return;
    await browser.post(form.action, form.fields);
  }
}

/** In a new browser, at the provider's own form. Throws with the page when it came to nothing. */
export async function signIn(person: Person): Promise<Browser> {
  const browser = new Browser();
  await browser.get(person.home);
  await untilPage(browser);
  await browser.submit(person.credentials);
  await untilPage(browser);
  requireHome(browser, person);
  return browser;
}

/** What `during` takes, at this many sign-ins a second. What went wrong, in words; and how many there were. */
export async function signInsWhile(
  app: TestApp,
  person: Person,
  { perSecond, people }: { perSecond: number; people: number },
  during: () => Promise<void>,
): Promise<{ count: number; failures: string[] }> {
  const idle: Browser[] = [];
  for (let number = 0; number < people; number++) idle.push(await signIn(person));
  const host = new URL(app.sites.accountsBase).hostname;
  const failures: string[] = [];
  const running = new Set<Promise<void>>();
  let count = 0;

  async function again(browser: Browser): Promise<void> {
    // Whoever comes without our cookies has no session here, and still has one at the provider.
    browser.cookies.splice(0, Infinity, ...browser.cookies.filter((cookie) => cookie.host !== host));
    try {
      await browser.get(person.home);
      await untilPage(browser);
      requireHome(browser, person);
    } catch (error) {
      failures.push((error as Error).message);
    }
    idle.push(browser);
  }

  const timer = setInterval(() => {
    const browser = idle.shift();
    if (!browser) return void failures.push('nobody was free: the provider is slower than this rate');
    count++;
    const attempt = again(browser).finally(() => running.delete(attempt));
    running.add(attempt);
  }, 1000 / perSecond);
  try {
    await during();
  } finally {
    clearInterval(timer);
    await Promise.all(running);
  }
  return { count, failures };
}

function requireHome({ page }: Browser, { home, displayName }: Person): void {
  if (page?.url.href === home && page.html.includes(displayName)) return;
  const text = page?.html.replace(/<(style|script)[\s\S]*?<\/\1>|<[^>]+>/g, ' ').replace(/\s+/g, ' ');
  throw new Error(`not signed in, but at ${page?.url} (${page?.status}): ${text?.slice(0, 600)}`);
}
