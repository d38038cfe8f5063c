/** Sign-out: the confirmation, the choice among realms, and the answer to an upstream's LogoutRequest. */
import { cardPage } from '../../http/views/card-layout.ts';
import { actions, form, hiddenText, linkButton, submitButton } from '../../http/views/form.ts';
import { type Html, html, trusted } from '../../http/views/html.ts';
import { type WayOn, wayOnward } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { accountsMessages } from './messages.ts';

export interface SignOutPage {
  /** The form of oidc-provider's `logoutSource`, as given (id `op.logoutForm`, hidden `xsrf`; already escaped). */
  formHtml: string;
  /** Who is signed in. */
  person?: string;
  organization?: string;
  /** The relying party that asks. */
  application?: string;
}

/** Both buttons post the same form: `logout=yes`, or nothing (oidc-provider then keeps the session). */
export function signOutPage(context: PageContext, model: SignOutPage): Html {
  const m = accountsMessages[context.language].signOut;
  return cardPage(context, {
    title: m.title,
    organization: model.organization,
    lead: m.lead(model.person, model.application),
    body: html`${trusted(model.formHtml)}${actions(
      submitButton(m.confirm, { form: 'op.logoutForm', name: 'logout', value: 'yes' }),
      submitButton(m.stay, { form: 'op.logoutForm', kind: 'secondary' }),
    )}`,
  });
}

export interface RealmsPage {
  /**
   * Sessions of this browser, one per realm (ARCHITECTURE §5). `organization` is absent for the administrators' realm;
   * `apps`: the session of native applications, beside the web's.
   */
  realms: readonly { organization?: string; apps?: boolean; person: string; href: string }[];
  wayOn?: WayOn;
}

/** Sign-out without a hint: which of this browser's sessions? Each link leads to that realm's own confirmation. */
export function realmsPage(context: PageContext, model: RealmsPage): Html {
  const m = accountsMessages[context.language].realms;
  return cardPage(context, {
    title: m.title,
    lead: model.realms.length > 0 ? m.lead : m.empty,
    body: html`${
      model.realms.length > 0 &&
      html`<ul class="rows">${model.realms.map((realm) => {
        const { organization = m.administrators, apps } = realm;
        const name = apps ? m.apps(organization) : organization;
        return html`<li><div><p class="row-title">${name}</p><p class="hint">${m.signedInAs(realm.person)}</p></div>
<a class="button secondary" href="${realm.href}">${m.signOut}${hiddenText(name)}</a></li>`;
      })}</ul>`
    }${model.wayOn && wayOnward(context.language, model.wayOn)}`,
  });
}

export interface LogoutUnsupportedPage {
  organization?: string;
  wayOn?: WayOn;
}

/** An upstream sent a LogoutRequest (SML-2: no single logout). */
export function logoutUnsupportedPage(context: PageContext, model: LogoutUnsupportedPage): Html {
  const m = accountsMessages[context.language].logoutUnsupported;
  return cardPage(context, {
    title: m.title,
    organization: model.organization,
    lead: m.text,
    body: model.wayOn && wayOnward(context.language, model.wayOn),
  });
}

export interface SignOutHerePage {
  /** Receives `csrf`; signs out of this surface. */
  action: string;
  csrf: string;
  cancelHref: string;
  person?: string;
  organization?: string;
}

/** A confirmation of ours, where a sign-out was asked for by a plain link. */
export function signOutHerePage(context: PageContext, model: SignOutHerePage): Html {
  const m = accountsMessages[context.language].signOut;
  return cardPage(context, {
    title: m.title,
    organization: model.organization,
    lead: m.lead(model.person, undefined),
    body: form(
      { action: model.action, csrf: model.csrf },
      actions(submitButton(m.confirm), linkButton(m.stay, model.cancelHref, 'secondary')),
    ),
  });
}
