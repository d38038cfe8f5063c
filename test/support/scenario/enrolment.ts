/** Somebody who enrols the second factor during a sign-in, reading what the pages show. */
import { TOTP } from 'otpauth';
import type { TestApp } from '../app.ts';
import type { Browser, Page } from '../browser.ts';

export interface EnrolledFactors {
  /** Base32, as shown. */
  key: string;
  /** As shown: `1a2b 3c4d`. */
  codes: string[];
  /** Of the present half minute. */
  code(): string;
}

/** The code of a key now. */
export const codeOf = (app: Pick<TestApp, 'clock'>, key: string): string =>
  new TOTP({ secret: key }).generate({ timestamp: app.clock.now() });

/** The oldest mail with six digits to this address. */
export async function mailedCode(app: TestApp, email: string): Promise<string> {
  for (;;) {
    const code = /^\s*(\d{6})\s*$/m.exec((await app.takeMail(email)).text)?.[1];
    if (code !== undefined) return code;
  }
}

/** The key to type, without its spaces. */
export function keyOn(page: Page | undefined): string {
  return /<code>([A-Z2-7 ]{32,})<\/code>/.exec(page?.html ?? '')?.[1]?.replaceAll(' ', '') ?? '';
}

export function backupCodesOn(page: Page | undefined): string[] {
  return [...(page?.html ?? '').matchAll(/<code>([0-9a-f]{4} [0-9a-f]{4})<\/code>/g)].map(([, code = '']) => code);
}

/** From the first page of the enrolment up to the page with this step, or to the end. */
export async function enrol(
  app: TestApp,
  browser: Browser,
  person: { email: string; password: string },
  until?: 'app' | 'phone' | 'codes' | 'finish',
): Promise<EnrolledFactors> {
  const factors: EnrolledFactors = { key: '', codes: [], code: () => codeOf(app, factors.key) };
  const isThere = () => until !== undefined && browser.page?.url.pathname.endsWith(`/enrol/${until}`);
  await browser.submit({}, '/enrol/send');
  await browser.submit({ code: await mailedCode(app, person.email), password: person.password }, '/enrol/proof');
  factors.key = keyOn(browser.page);
  if (isThere()) return factors;
  await browser.submit({ code: factors.code() }, '/enrol/app');
  if (isThere()) return factors;
  await browser.submit({ phone: '+81 3-1234-5678' }, '/enrol/phone');
  factors.codes = backupCodesOn(browser.page);
  if (isThere()) return factors;
  await browser.submit({ saved: 'on' }, '/enrol/codes');
  if (isThere()) return factors;
  await browser.submit({}, '/enrol/finish');
  return factors;
}
