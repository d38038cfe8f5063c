/** What an invitation leads through: what it is about, a new account, and honest words when it is over (ADM-1, CIT-10). */
import { cardPage } from '../../http/views/card-layout.ts';
import { actions, errorSummary, field, form, linkButton, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { type NewPasswordProblem, newPasswordControls, newPasswordMessages } from '../../http/views/new-password.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';
import { definitionList } from '../../http/views/values.ts';
import { invitationMessages } from './invitation-messages.ts';

export interface InvitationPage {
  organization: { name: string; orgId: string };
  email: string;
  /** In the reader's language: "Full access", or permissions. */
  access: readonly string[];
  /** Null: the operator of this service. */
  invitedBy: string | null;
  expiresAt: number;
  /**
   * `accept`: the email has an identity; receives `version` and `csrf`. `account`: the page that makes one. `signIn`: accepting
   * is signing in there.
   */
  next:
    | { accept: { action: string; csrf: string; version: number } }
    | { accountHref: string }
    | { signIn: { connection: string; href?: string } };
  /** What is offered is not what was shown before. */
  changed?: boolean;
}

export function invitationPage(context: PageContext, model: InvitationPage): Html {
  const m = invitationMessages[context.language].review;
  const { organization, next } = model;
  return cardPage(context, {
    title: m.title(organization.name),
    lead: model.invitedBy === null ? m.byOperator : m.by(model.invitedBy),
    wide: true,
    body: html`${model.changed && notice('warning', m.changed)}${definitionList([
      [m.organization, organization.name],
      [m.orgId, organization.orgId],
      [m.email, model.email],
      [
        m.access,
        model.access.length === 1
          ? model.access[0]
          : html`<ul class="plain">${model.access.map((permission) => html`<li>${permission}</li>`)}</ul>`,
      ],
      [m.until, time(context, model.expiresAt)],
    ])}${
      'signIn' in next
        ? html`<p>${m.signIn(next.signIn.connection, model.email)}</p>${
            next.signIn.href === undefined
              ? notice('warning', m.signInGone(next.signIn.connection))
              : actions(linkButton(m.signInWith(next.signIn.connection), next.signIn.href))
          }`
        : 'accept' in next
          ? html`<p>${m.existing}</p>${form(
              { action: next.accept.action, csrf: next.accept.csrf, hidden: { version: String(next.accept.version) } },
              actions(submitButton(m.accept)),
            )}`
          : html`<p>${m.newAccount}</p>${actions(linkButton(m.continue, next.accountHref))}`
    }`,
    aside: html`<p>${m.ignore}</p>`,
  });
}

/** In characters; lists and mails show it whole. */
export const longestName = 64;

export interface InvitationAccountPage {
  /** Receives `name`, `newPassword`, `repeatedPassword`, `version` and `csrf`. */
  action: string;
  csrf: string;
  version: number;
  organization: string;
  email: string;
  backHref: string;
  /** As typed, after an error. */
  name?: string;
  problems?: { name?: 'missing' | 'invalid'; password: readonly NewPasswordProblem[]; busy?: boolean };
}

export function invitationAccountPage(context: PageContext, model: InvitationAccountPage): Html {
  const { language } = context;
  const m = invitationMessages[language].account;
  const { problems } = model;
  const name = problems?.name && m.nameProblems[problems.name];
  const passwordProblems = problems?.password ?? [];
  return cardPage(context, {
    title: m.title,
    titlePrefix: problems && sharedMessages[language].errorPrefix,
    organization: model.organization,
    lead: m.lead(model.organization),
    body: html`${errorSummary(language, [
      ...(problems?.busy ? [{ message: m.busy }] : []),
      ...(name === undefined ? [] : [{ field: 'name', message: name }]),
      ...newPasswordMessages(language, passwordProblems),
    ])}${form(
      { action: model.action, csrf: model.csrf, hidden: { version: String(model.version) } },
      html`<p>${m.email}: <strong>${model.email}</strong></p>`,
      // So that a password manager keeps the password with the right name.
      html`<input type="text" name="email" value="${model.email}" autocomplete="username" readonly hidden>`,
      field({
        name: 'name',
        label: m.name,
        hint: m.nameHint,
        autocomplete: 'name',
        maxLength: longestName,
        value: model.name,
        error: name,
        autofocus: problems === undefined,
      }),
      name !== undefined && passwordProblems.length === 0 && html`<p>${m.passwordAgain}</p>`,
      newPasswordControls(context, { names: [model.email, model.name ?? ''], problems: passwordProblems }),
      actions(submitButton(m.create)),
    )}`,
    aside: html`<p><a href="${model.backHref}">${m.back}</a></p>`,
  });
}

export type InvitationOver = 'accepted' | 'expired' | 'withdrawn' | 'replaced' | 'unknown';

export interface InvitationOverPage {
  outcome: InvitationOver;
  /** Absent: the link is nobody's, so nothing is known. */
  organization?: string;
  /** Of `accepted` a fresh sign-in, else the console. */
  href: string;
}

export function invitationOverPage(
  context: PageContext,
  { outcome, organization = '', href }: InvitationOverPage,
): Html {
  const m = invitationMessages[context.language].over;
  return cardPage(context, {
    title: m[outcome].title,
    organization: organization === '' ? undefined : organization,
    body: html`<p>${m[outcome].text(organization)}</p>${actions(
      outcome === 'accepted' ? linkButton(m.accepted.signIn, href) : linkButton(m.toConsole, href, 'secondary'),
    )}`,
  });
}
