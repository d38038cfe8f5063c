/** A date for each secret of a connection. */
import type { Text } from '../../../providers/provider.ts';
import { actions, errorSummary, field, form, submitButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import type { PageContext } from '../../http/views/page.ts';
import { type ConsoleFrame, consolePage } from '../views/console-layout.ts';
import { expiryMessages } from '../views/expiry-messages.ts';
import { consoleMessages } from '../views/messages.ts';

export interface SecretExpiryPage {
  connection: { name: string; href: string };
  registerHref: string;
  /** `day`: as in `2027-03-31`, or as typed. */
  secrets: readonly { key: string; label: Text; day: string; isInvalid: boolean }[];
  /** Receives a day for each secret (`dayField`) and `csrf`. */
  action: string;
  csrf: string;
}

/** Not the name of the secret itself: fields of that name hold secrets. */
export function dayField(key: string): string {
  return `day-${key}`;
}

export function secretExpiryPage(context: PageContext, frame: ConsoleFrame, model: SecretExpiryPage): Html {
  const { language } = context;
  const m = expiryMessages[language].dates;
  const { secrets, connection } = model;
  const invalid = secrets.filter(({ isInvalid }) => isInvalid);
  return consolePage(context, frame, {
    page: 'expiry',
    title: `${m.title} (${connection.name})`,
    titlePrefix: invalid.length > 0 ? sharedMessages[language].errorPrefix : undefined,
    above: [{ label: consoleMessages[language].pages.expiry, href: model.registerHref }],
    lead: m.lead,
    body: html`${errorSummary(
      language,
      invalid.map(({ key, label }) => ({ field: dayField(key), message: `${label[language]}: ${m.invalid}` })),
    )}${
      secrets.length === 0
        ? html`<p>${m.none}</p>`
        : html`<div class="section">${form(
            { action: model.action, csrf: model.csrf },
            ...secrets.map(({ key, label, day, isInvalid }) =>
              field({
                name: dayField(key),
                label: label[language],
                hint: m.hint,
                type: 'date',
                value: day,
                error: isInvalid ? m.invalid : undefined,
              }),
            ),
            actions(submitButton(m.save)),
          )}</div>`
    }`,
  });
}
