import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attributeErrorPage } from '../../../src/accounts/views/attribute-error-page.ts';
import { codePage } from '../../../src/accounts/views/code-page.ts';
import {
  enrolmentAppPage,
  enrolmentCodesPage,
  enrolmentPhonePage,
  enrolmentProofPage,
} from '../../../src/accounts/views/enrolment-pages.ts';
import { organizationPage } from '../../../src/accounts/views/organization-page.ts';
import { recoveryPage } from '../../../src/accounts/views/recovery-pages.ts';
import { signInPage } from '../../../src/accounts/views/sign-in-page.ts';
import { realmsPage } from '../../../src/accounts/views/sign-out-pages.ts';
import { connectionPage } from '../../../src/console/connections/connection-page.ts';
import { languages } from '../../../src/core/language.ts';
import { errorKindOf, errorPage } from '../../../src/http/views/error-pages.ts';
import { type Html, render } from '../../../src/http/views/html.ts';
import { leavingPage } from '../../../src/http/views/leaving-page.ts';
import type { PageContext } from '../../../src/http/views/page.ts';
import { signedOutPage } from '../../../src/http/views/signed-out-page.ts';
import { homePage } from '../../../src/workspace/views/home-page.ts';
import { pages } from '../../gallery/pages.ts';

const context: PageContext = {
  language: 'en',
  timeZone: 'UTC',
  assets: {
    style: '/style.css',
    script: '/enhance.js',
    passkeys: '/passkeys.js',
    newPassword: '/new-password.js',
    trial: '/trial.js',
    icon: '/icon.svg',
  },
  path: '/here?a=1&ui_locales=en',
};
const rendered = Object.entries(pages).flatMap(([name, page]) =>
  languages.map((language) => ({
    name: `${language}/${name}`,
    language,
    text: render(page({ ...context, language })),
  })),
);

describe.each(rendered)('$name', ({ text, language }) => {
  it('needs no inline script, style or handler', () => {
    const [first, ...others] = text.match(/<script[^>]*>/g) ?? [];
    expect(first).toBe('<script src="/enhance.js" defer>');
    const files = [context.assets.passkeys, context.assets.newPassword, context.assets.trial];
    for (const script of others) expect(files.map((file) => `<script src="${file}" defer>`)).toContain(script);
    expect(text).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/i);
  });

  it('says its language, has one heading of the first rank and one primary action at most', () => {
    expect(text).toContain(`<html lang="${language}">`);
    expect(text.match(/<h1/g)).toHaveLength(1);
    const primary = text.replace(/<dialog[\s\S]*<\/dialog>/, '').match(/class="button (primary|danger)"/g) ?? [];
    expect(primary.length).toBeLessThanOrEqual(1);
  });

  it('has unique ids, and every reference to an id leads to one', () => {
    const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    expect(ids).toEqual([...new Set(ids)]);
    for (const [, reference = ''] of text.matchAll(
      /\s(?:for|aria-describedby|aria-labelledby|popovertarget|form)="([^"]+)"/g,
    ))
      for (const id of reference.split(' ')) expect(ids).toContain(id);
  });

  it('protects every form that posts to us', () => {
    for (const [form] of text.matchAll(/<form[^>]*method="post"[\s\S]*?<\/form>/g))
      if (!form.includes('data-auto-submit') && !form.includes('op.logoutForm')) expect(form).toContain('name="csrf"');
  });
});

const enrolment = (evil: string) => ({
  action: evil,
  csrf: evil,
  email: evil,
  restartHref: evil,
  backHref: 'javascript:alert(1)',
});

describe('values from outside', () => {
  const evil = `"><img src=x onerror=alert(1)>'`;
  const reference = { code: evil, at: 0 };
  const wayOn = { to: 'application', name: evil, href: `javascript:alert(1)` } as const;
  const cases: Record<string, Html> = {
    'sign-in': signInPage(context, {
      action: evil,
      csrf: evil,
      companyHref: evil,
      forgottenHref: evil,
      email: evil,
      application: evil,
      organization: evil,
    }),
    code: codePage(context, { action: evil, csrf: evil, email: evil, restartHref: evil, recoveryHref: evil }),
    proof: enrolmentProofPage(context, { ...enrolment(evil), sendAction: evil, code: evil, problems: [] }),
    app: enrolmentAppPage(context, { ...enrolment(evil), key: evil, uri: evil }),
    phone: enrolmentPhonePage(context, { ...enrolment(evil), value: evil, isWrong: true }),
    'backup codes': enrolmentCodesPage(context, {
      ...enrolment(evil),
      codes: [evil],
      downloadHref: 'javascript:alert(1)',
      saved: false,
    }),
    recovery: recoveryPage(context, {
      csrf: evil,
      email: evil,
      codeHref: 'javascript:alert(1)',
      backupAction: evil,
      sendAction: evil,
    }),
    organization: organizationPage(context, {
      purpose: 'subscriber',
      action: evil,
      csrf: evil,
      value: evil,
      application: evil,
      error: 'unknown',
    }),
    leaving: leavingPage(context, {
      purpose: 'sign-in',
      action: evil,
      fields: { [evil]: evil },
      provider: evil,
      organization: evil,
    }),
    attributes: attributeErrorPage(context, {
      provider: evil,
      organization: evil,
      problems: [{ attribute: evil, claim: evil, problem: 'missing' }],
      reference,
      wayOn,
    }),
    realms: realmsPage(context, { realms: [{ organization: evil, person: evil, href: 'javascript:alert(1)' }], wayOn }),
    error: errorPage(context, { kind: 'generic', organization: evil, reference, wayOn }),
    'signed out': signedOutPage(context, { reason: 'unknown', organization: evil, wayOn }),
    workspace: homePage(context, {
      organization: evil,
      homeHref: evil,
      person: { name: evil, email: evil },
      signIn: { provider: evil, methods: [evil, '__proto__', 'constructor'], at: 0 },
      claims: [{ name: evil, values: [evil] }],
      session: { now: 0, openedAt: 0, endsAt: 0, limit: 'absolute' },
      signOut: { action: evil, csrf: evil },
      flash: { kind: 'error', text: evil },
      warning: { realm: evil, endsIn: 1, warnFor: 1, stayHref: evil, endedHref: evil },
    }),
    connection: connectionPage(
      context,
      {
        organization: { name: evil, orgId: evil },
        person: { name: evil, email: evil },
        homeHref: evil,
        switchHref: evil,
        navigation: [{ page: 'connections', href: evil }],
        signOut: { action: evil, csrf: evil },
      },
      {
        name: evil,
        kindLabel: evil,
        state: 'connected',
        href: evil,
        lastWorkedAt: null,
        descriptions: [],
        editAction: evil,
        csrf: evil,
        disconnectHref: evil,
        forAdministrators: true,
        forSubscribers: true,
        isWorkspaceMethod: false,
        listHref: evil,
        identifier: { name: evil, signInUrl: evil },
        createdAt: 0,
        updatedAt: 0,
        atProvider: [{ label: evil, value: evil }],
        settings: [
          { label: evil, value: evil, multiline: true },
          { label: evil, value: evil },
        ],
      },
    ),
  };

  it.each(Object.entries(cases))('cannot break out of the %s page', (_, page) => {
    const text = render(page);
    expect(text).toContain('&lt;img');
    expect(text).not.toContain('<img');
    expect(text).not.toContain('javascript:');
  });
});

describe('the language switcher', () => {
  it('leads to the same page with the other language, and is absent where the page cannot be shown again', () => {
    expect(render(errorPage(context, { kind: 'generic' }))).toContain('href="/here?a=1&amp;ui_locales=ja"');
    const { path: _, ...once } = context;
    expect(render(errorPage(once, { kind: 'generic' }))).not.toContain('ui_locales');
  });
});

describe('the files of the look', () => {
  const read = (name: string) => readFileSync(new URL(`../../../src/http/views/${name}`, import.meta.url), 'utf8');

  it('keep the script at 4 kB at most', () => {
    expect(Buffer.byteLength(read('enhance.js'))).toBeLessThanOrEqual(4096);
  });

  it('fetch nothing from elsewhere', () => {
    expect(read('style.css')).not.toMatch(/url\(|@import/);
  });

  it('know a page for each of our errors', () => {
    for (const kind of Object.values(errorKindOf)) expect(render(errorPage(context, { kind }))).toContain('<h1>');
  });
});
