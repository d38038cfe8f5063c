/** Enrolling the second factor during a sign-in, a page for each step (SPEC CIT-4). */
import { cardPage } from '../../http/views/card-layout.ts';
import { developmentMailsLink } from '../../http/views/development-mails-link.ts';
import { actions, errorSummary, field, form, linkButton, passwordField, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { appCodeField, appSteps, backupCodeList, phoneField } from '../../http/views/second-factor.ts';
import { formatDuration } from '../../http/views/time.ts';
import { definitionList } from '../../http/views/values.ts';
import { enrolmentMessages } from './enrolment-messages.ts';

/** What every step's page has. */
export interface EnrolmentPage {
  action: string;
  csrf: string;
  /** The account whose password was right. */
  email: string;
  /** Back to email and password with this attempt. */
  restartHref: string;
  /** The step before, where it can be looked at again. */
  backHref?: string;
}

const steps = { proof: 1, app: 2, phone: 3, codes: 4, finish: 5 } as const;

function page(
  context: PageContext,
  model: EnrolmentPage,
  card: { step?: keyof typeof steps; title: string; lead?: string; hasError?: boolean; body: Html },
): Html {
  const m = enrolmentMessages[context.language];
  return cardPage(context, {
    title: card.title,
    titlePrefix: card.hasError ? sharedMessages[context.language].errorPrefix : undefined,
    step: card.step && m.step(steps[card.step], Object.keys(steps).length),
    lead: card.lead,
    body: card.body,
    aside: html`${model.backHref !== undefined && html`<p><a href="${model.backHref}">${m.back}</a></p>`}<p>${m.account(model.email)}</p><p><a href="${model.restartHref}">${m.restart}</a></p>`,
  });
}

/** Before a code was sent. Posts nothing but `csrf`. */
export function enrolmentStartPage(context: PageContext, model: EnrolmentPage & { isThrottled?: boolean }): Html {
  const m = enrolmentMessages[context.language].start;
  return page(context, model, {
    step: 'proof',
    title: m.title,
    lead: m.lead,
    body: html`${model.isThrottled && notice('error', m.throttled)}<div><p>${m.need}</p><ul class="steps"><li>${m.mail(model.email)}</li><li>${m.app}</li><li>${m.phone}</li><li>${m.safe}</li></ul></div>
${form({ action: model.action, csrf: model.csrf }, actions(submitButton(m.send)))}`,
  });
}

export type ProofProblem =
  | { kind: 'empty_code' | 'wrong_code' | 'empty_password' | 'wrong_password' }
  | { kind: 'throttled'; retryAfter: number };

/** Posts `code`, `password`, `csrf`; `sendAction` receives `csrf`. */
export function enrolmentProofPage(
  context: PageContext,
  model: EnrolmentPage & { sendAction: string; code?: string; problems?: readonly ProofProblem[] },
): Html {
  const { language } = context;
  const m = enrolmentMessages[language].proof;
  const problems = (model.problems ?? []).map((problem) => {
    if (problem.kind === 'throttled') return { message: m.throttled(formatDuration(language, problem.retryAfter)) };
    const texts = {
      empty_code: ['code', m.emptyCode],
      wrong_code: ['code', m.wrongCode],
      empty_password: ['password', m.emptyPassword],
      wrong_password: ['password', m.wrongPassword],
    } as const;
    const [name, message] = texts[problem.kind];
    return { field: name, message };
  });
  const errorOf = (name: string) => problems.find((problem) => 'field' in problem && problem.field === name)?.message;
  return page(context, model, {
    step: 'proof',
    title: m.title,
    lead: m.lead(model.email),
    hasError: problems.length > 0,
    body: html`${errorSummary(language, problems)}${form(
      { action: model.action, csrf: model.csrf },
      field({
        name: 'code',
        label: m.code,
        autocomplete: 'one-time-code',
        inputMode: 'numeric',
        maxLength: 7,
        code: true,
        autofocus: problems.length === 0,
        value: model.code,
        error: errorOf('code'),
      }),
      passwordField(language, {
        name: 'password',
        label: m.password,
        hint: m.passwordHint,
        autocomplete: 'current-password',
        maxLength: 256,
        error: errorOf('password'),
      }),
      actions(submitButton(enrolmentMessages[language].next)),
    )}
${form(
  { action: model.sendAction, csrf: model.csrf },
  html`<p class="hint">${m.again} <button type="submit" class="link">${m.sendAgain}</button></p>`,
)}${developmentMailsLink(context)}`,
  });
}

/** Posts `code`. `isReplacing`: another app for somebody who has enrolled before; `skipAction` then receives "not now". */
export function enrolmentAppPage(
  context: PageContext,
  model: EnrolmentPage & {
    uri: string;
    key: string;
    /** The app has shown a right code already. */
    nextHref?: string;
    isReplacing?: boolean;
    skipAction?: string;
    error?: 'empty' | 'wrong';
  },
): Html {
  const { language } = context;
  const m = enrolmentMessages[language];
  const codeForm = form(
    { action: model.action, csrf: model.csrf },
    appCodeField(language, model.error),
    actions(submitButton(m.next)),
  );
  return page(context, model, {
    ...(model.isReplacing ? {} : { step: 'app' as const }),
    title: model.isReplacing ? m.app.replaceTitle : m.app.title,
    ...(model.isReplacing && { lead: m.app.replaceLead }),
    hasError: model.error !== undefined,
    body:
      model.nextHref === undefined
        ? html`${appSteps(language, model, codeForm)}${
            model.skipAction !== undefined &&
            form(
              { action: model.skipAction, csrf: model.csrf, hidden: { answer: 'no' } },
              actions(submitButton(m.app.cancel, { kind: 'secondary' })),
            )
          }`
        : html`${notice('success', m.app.done)}${actions(linkButton(m.next, model.nextHref))}`,
  });
}

/** Posts `phone`. */
export function enrolmentPhonePage(
  context: PageContext,
  model: EnrolmentPage & { value?: string; isWrong?: boolean },
): Html {
  const { language } = context;
  const m = enrolmentMessages[language];
  return page(context, model, {
    step: 'phone',
    title: m.phone.title,
    hasError: model.isWrong === true,
    body: form({ action: model.action, csrf: model.csrf }, phoneField(language, model), actions(submitButton(m.next))),
  });
}

/** Posts `saved` ("on" or absent). */
export function enrolmentCodesPage(
  context: PageContext,
  model: EnrolmentPage & { codes: readonly string[]; downloadHref: string; saved: boolean; isUnconfirmed?: boolean },
): Html {
  const { language } = context;
  const m = enrolmentMessages[language];
  return page(context, model, {
    step: 'codes',
    title: m.codes.title,
    lead: m.codes.lead,
    hasError: model.isUnconfirmed === true,
    body: form(
      { action: model.action, csrf: model.csrf },
      backupCodeList(language, model),
      actions(submitButton(m.next)),
    ),
  });
}

/** Posts nothing but `csrf`. `phone`: masked. */
export function enrolmentFinishPage(
  context: PageContext,
  model: EnrolmentPage & { phone: string; codes: number },
): Html {
  const m = enrolmentMessages[context.language].finish;
  return page(context, model, {
    step: 'finish',
    title: m.title,
    lead: m.lead,
    body: html`${definitionList([
      [m.app, m.appValue],
      [m.phone, model.phone],
      [m.codes, m.codesValue(model.codes)],
    ])}${form({ action: model.action, csrf: model.csrf }, actions(submitButton(m.submit)))}`,
  });
}

/** After a sign-in without the app. Posts `answer`: `yes` or `no`. */
export function enrolmentOfferPage(context: PageContext, model: EnrolmentPage): Html {
  const m = enrolmentMessages[context.language].offer;
  return page(context, model, {
    title: m.title,
    lead: m.lead,
    body: form(
      { action: model.action, csrf: model.csrf },
      actions(
        submitButton(m.yes, { name: 'answer', value: 'yes' }),
        submitButton(m.no, { kind: 'secondary', name: 'answer', value: 'no' }),
      ),
    ),
  });
}
