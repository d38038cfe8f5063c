/** How long people of the organization stay signed in (SPEC SES-2, SES-4, SES-5). */
import { actions, checkbox, errorSummary, field, form, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import { notice } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { definitionList, section } from '../../http/views/values.ts';
import { type ConsoleFrame, consolePage } from './console-layout.ts';
import { consoleMessages } from './messages.ts';

/** Fields with a number, and their bounds. */
export const sessionSettingBounds = {
  administratorInactivityMinutes: { min: 10, max: 720 },
  subscriberWebHours: { min: 1, max: 72 },
  subscriberInactivityMinutes: { min: 1, max: 480 },
  nativeReauthenticationDays: { min: 1, max: 365 },
} as const;
export type SessionSettingField = keyof typeof sessionSettingBounds;

export interface SessionSettingsPage {
  /**
   * Receives `administratorInactivity` and `subscriberInactivity` ("on" or absent), the number fields by their names,
   * `alwaysPrompt` ("on" or absent), `version` and `csrf`. Absent: the person may look, not change.
   */
  save?: { action: string; csrf: string; version: number };
  administratorInactivity: boolean;
  subscriberInactivity: boolean;
  alwaysPrompt: boolean;
  /** As stored, or as typed after an error. Minutes, hours, minutes, days. */
  numbers: Readonly<Record<SessionSettingField, string | number>>;
  /** Fields that are out of bounds or no whole number. */
  errors?: readonly SessionSettingField[];
}

export function sessionSettingsPage(context: PageContext, frame: ConsoleFrame, model: SessionSettingsPage): Html {
  const m = consoleMessages[context.language];
  const errors = model.errors ?? [];
  return consolePage(context, frame, {
    page: 'session_settings',
    title: m.pages.session_settings,
    titlePrefix: errors.length > 0 ? sharedMessages[context.language].errorPrefix : undefined,
    lead: m.settings.lead,
    body: model.save ? editable(context, model, model.save) : readOnly(context, model),
  });
}

function editable(
  context: PageContext,
  model: SessionSettingsPage,
  save: { action: string; csrf: string; version: number },
): Html {
  const { language } = context;
  const m = consoleMessages[language].settings;
  const labels = labelsOf(context);
  const bounds = (name: SessionSettingField) =>
    [sessionSettingBounds[name].min, sessionSettingBounds[name].max] as const;
  const number = (name: SessionSettingField, hint: string, unit: string) =>
    field({
      name,
      label: labels[name],
      hint,
      inputMode: 'numeric',
      value: model.numbers[name],
      after: unit,
      error: model.errors?.includes(name) ? m.range(...bounds(name)) : undefined,
      maxLength: 6,
      short: true,
    });
  return html`${errorSummary(
    language,
    (model.errors ?? []).map((name) => ({ field: name, message: m.rangeOf(labels[name], ...bounds(name)) })),
  )}${form(
    { action: save.action, csrf: save.csrf, hidden: { version: String(save.version) } },
    section(
      m.administrators,
      html`${checkbox({
        name: 'administratorInactivity',
        label: m.administratorInactivity,
        hint: m.administratorInactivityHint,
        checked: model.administratorInactivity,
      })}<div class="dependent">${number('administratorInactivityMinutes', m.administratorMinutesHint, m.minutes)}</div>`,
      { lead: m.administratorsLead },
    ),
    section(
      m.subscribers,
      html`${number('subscriberWebHours', m.webHoursHint, m.hours)}${checkbox({
        name: 'subscriberInactivity',
        label: m.subscriberInactivity,
        checked: model.subscriberInactivity,
      })}<div class="dependent">${number('subscriberInactivityMinutes', m.subscriberMinutesHint, m.minutes)}</div>
${number('nativeReauthenticationDays', m.nativeDaysHint, m.days)}${checkbox({
  name: 'alwaysPrompt',
  label: m.alwaysPrompt,
  hint: m.alwaysPromptHint,
  checked: model.alwaysPrompt,
})}`,
    ),
    actions(submitButton(m.save)),
  )}`;
}

function readOnly(context: PageContext, model: SessionSettingsPage): Html {
  const m = consoleMessages[context.language].settings;
  const labels = labelsOf(context);
  const minutes = (on: boolean, name: SessionSettingField) => (on ? `${model.numbers[name]} ${m.minutes}` : m.off);
  return html`${notice('information', m.readOnly)}${section(
    m.administrators,
    definitionList([
      [m.administratorInactivity, minutes(model.administratorInactivity, 'administratorInactivityMinutes')],
    ]),
    { lead: m.administratorsLead },
  )}${section(
    m.subscribers,
    definitionList([
      [labels.subscriberWebHours, `${model.numbers.subscriberWebHours} ${m.hours}`],
      [m.subscriberInactivity, minutes(model.subscriberInactivity, 'subscriberInactivityMinutes')],
      [labels.nativeReauthenticationDays, `${model.numbers.nativeReauthenticationDays} ${m.days}`],
      [m.alwaysPrompt, model.alwaysPrompt ? m.on : m.off],
    ]),
  )}`;
}

function labelsOf(context: PageContext): Readonly<Record<SessionSettingField, string>> {
  const m = consoleMessages[context.language].settings;
  return {
    administratorInactivityMinutes: m.administratorMinutes,
    subscriberWebHours: m.webHours,
    subscriberInactivityMinutes: m.subscriberMinutes,
    nativeReauthenticationDays: m.nativeDays,
  };
}
