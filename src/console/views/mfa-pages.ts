/** One's own second factor: what there is, the proof before a change, and the changes (SPEC CIT-5). */
import { developmentMailsLink } from '../../http/views/development-mails-link.ts';
import { actions, field, form, linkButton, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { appCodeField, appSteps, backupCodeList, phoneField } from '../../http/views/second-factor.ts';
import { formatDuration, time } from '../../http/views/time.ts';
import { badge, definitionList, section } from '../../http/views/values.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';
import { consoleMessages } from './messages.ts';
import { mfaMessages } from './mfa-messages.ts';

type Factor = 'app' | 'backup-codes' | 'phone';
type Method = 'otp' | 'backup_code' | 'email_code';

/** So few backup codes are worth a word. */
const fewCodes = 3;

export interface MfaPage {
  /** Milliseconds; null: none is connected. */
  deviceSince: number | null;
  backupCodesLeft: number;
  /** Masked; null: none was given. */
  phone: string | null;
  changeHrefs: Readonly<Record<Factor, string>>;
}

export function mfaPage(context: PageContext, frame: ConsoleFrame, model: MfaPage): Html {
  const m = mfaMessages[context.language];
  const change = (factor: Factor): Html =>
    actions(linkButton(m.change[factor], model.changeHrefs[factor], 'secondary'));
  return consolePage(context, frame, {
    page: 'mfa',
    title: consoleMessages[context.language].pages.mfa,
    lead: m.lead,
    body: html`${section(
      m.app,
      html`${definitionList([
        model.deviceSince === null
          ? [m.appState, badge('warning', m.notConnected)]
          : [m.connectedSince, time(context, model.deviceSince)],
      ])}${change('app')}`,
      { lead: m.appLead },
    )}${section(
      m.codes,
      html`${definitionList([
        [
          m.codesLeft,
          html`${m.codesCount(model.backupCodesLeft)} ${model.backupCodesLeft <= fewCodes && badge('warning', m.fewLeft)}`,
        ],
      ])}${change('backup-codes')}`,
      { lead: m.codesLead },
    )}${section(
      m.phone,
      html`${definitionList([[m.phoneNumber, model.phone ?? sharedMessages[context.language].notSet]])}${change('phone')}`,
      { lead: m.phoneLead },
    )}`,
  });
}

/** What every page of a change has. */
export interface MfaChangePage {
  factor: Factor;
  action: string;
  csrf: string;
  /** To the overview. */
  cancelHref: string;
}

function changePage(
  context: PageContext,
  frame: ConsoleFrame,
  model: MfaChangePage,
  part: { hasError: boolean; body: Html },
): Html {
  const { language } = context;
  const m = mfaMessages[language];
  return consolePage(context, frame, {
    page: 'mfa',
    title: m.title[model.factor],
    titlePrefix: part.hasError ? sharedMessages[language].errorPrefix : undefined,
    lead: m.effect[model.factor],
    above: [{ label: consoleMessages[language].pages.mfa, href: model.cancelHref }],
    body: part.body,
  });
}

export type MfaProofError = 'empty' | 'wrong' | { retryAfter: number };

/** Posts `code` and `method`; `sendAction` receives only `csrf`. */
export function mfaProofPage(
  context: PageContext,
  frame: ConsoleFrame,
  model: MfaChangePage & {
    method: Method;
    email: string;
    sendAction: string;
    /** A code that was sent by mail still counts. */
    isMailed: boolean;
    isSendThrottled?: boolean;
    /** By mail: there is no code by mail then. */
    isAfterReset?: boolean;
    otherWays: readonly { method: Method; href: string }[];
    error?: MfaProofError;
  },
): Html {
  const { language } = context;
  const m = mfaMessages[language];
  const { method, error } = model;
  const isToSend = method === 'email_code' && !model.isMailed;
  const about = {
    otp: { label: m.otp, hint: m.otpHint, digits: true },
    backup_code: { label: m.backup, hint: m.backupHint, digits: false },
    email_code: { label: m.mail, hint: m.mailHint(model.email), digits: true },
  }[method];
  const message =
    error === undefined
      ? undefined
      : error === 'empty'
        ? m.emptyCode
        : error === 'wrong'
          ? m.wrong[method]
          : m.throttled(formatDuration(language, error.retryAfter));
  const send = form(
    { action: model.sendAction, csrf: model.csrf },
    html`<p>${m.mailLead(model.email)}</p>`,
    actions(submitButton(m.send)),
  );
  const sendAgain = form(
    { action: model.sendAction, csrf: model.csrf },
    html`<p class="hint">${m.notArrived} <button type="submit" class="link">${m.sendAgain}</button></p>`,
  );
  const cancel = linkButton(sharedMessages[language].cancel, model.cancelHref, 'secondary');
  const enter = form(
    { action: model.action, csrf: model.csrf, hidden: { method } },
    field({
      name: 'code',
      label: about.label,
      hint: about.hint,
      code: true,
      autofocus: true,
      error: message,
      ...(about.digits
        ? { autocomplete: 'one-time-code', inputMode: 'numeric' as const, maxLength: 7 }
        : { maxLength: 20 }),
    }),
    actions(submitButton(m.continue), cancel),
  );
  return changePage(context, frame, model, {
    hasError: error !== undefined || model.isSendThrottled === true,
    body: html`${model.isSendThrottled && notice('error', m.sendThrottled)}${section(
      m.proofTitle,
      isToSend
        ? send
        : html`${enter}${method === 'email_code' && html`<div class="below">${sendAgain}${developmentMailsLink(context)}</div>`}`,
    )}${section(
      m.otherWays,
      html`<ul class="plain">${model.otherWays.map((way) => html`<li><a href="${way.href}">${m.ways[way.method]}</a></li>`)}</ul>${model.isAfterReset && html`<p class="hint">${m.afterReset}</p>`}`,
    )}`,
  });
}

/** Posts `code`. */
export function mfaAppPage(
  context: PageContext,
  frame: ConsoleFrame,
  model: MfaChangePage & { uri: string; key: string; error?: 'empty' | 'wrong' },
): Html {
  const { language } = context;
  const m = mfaMessages[language];
  const codeForm = form(
    { action: model.action, csrf: model.csrf },
    appCodeField(language, model.error),
    actions(submitButton(m.connect), linkButton(sharedMessages[language].cancel, model.cancelHref, 'secondary')),
  );
  return changePage(context, frame, model, {
    hasError: model.error !== undefined,
    body: html`<div class="section">${appSteps(language, model, codeForm)}</div>`,
  });
}

/** Posts `saved`. */
export function mfaBackupCodesPage(
  context: PageContext,
  frame: ConsoleFrame,
  model: MfaChangePage & { codes: readonly string[]; downloadHref: string; isUnconfirmed?: boolean },
): Html {
  const { language } = context;
  return changePage(context, frame, model, {
    hasError: model.isUnconfirmed === true,
    body: html`<div class="section">${form(
      { action: model.action, csrf: model.csrf },
      backupCodeList(language, { ...model, saved: false }),
      actions(
        submitButton(mfaMessages[language].replace),
        linkButton(sharedMessages[language].cancel, model.cancelHref, 'secondary'),
      ),
    )}</div>`,
  });
}

/** Posts `phone`. */
export function mfaPhonePage(
  context: PageContext,
  frame: ConsoleFrame,
  model: MfaChangePage & { value?: string; isWrong?: boolean },
): Html {
  const { language } = context;
  return changePage(context, frame, model, {
    hasError: model.isWrong === true,
    body: html`<div class="section">${form(
      { action: model.action, csrf: model.csrf },
      phoneField(language, model),
      actions(
        submitButton(mfaMessages[language].save),
        linkButton(sharedMessages[language].cancel, model.cancelHref, 'secondary'),
      ),
    )}</div>`,
  });
}
