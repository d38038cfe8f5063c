/**
 * A button that asks the browser for a passkey, or makes one, and sends its form with the answer (`passkeys.js`).
 *
 * It appears only where script runs and the browser has WebAuthn; whatever must not be seen without it stands in an
 * element with `hidden data-passkey-offer`. Of a kind a page has one.
 */
import { translations } from '../../core/language.ts';
import type { ButtonKind } from './form.ts';
import { attributes, type Html, html } from './html.ts';
import type { PageContext } from './page.ts';

const messages = translations({
  en: {
    cancelled: 'No passkey was used: the request was cancelled or took too long. You can try again.',
    known: 'This device already has a passkey for your account.',
    failed: 'Your browser could not use a passkey here. Please try again, or choose another way.',
  },
  ja: {
    cancelled: 'パスキーは使用されませんでした。操作が取り消されたか、時間がかかりすぎました。もう一度お試しください。',
    known: 'このデバイスには、このアカウントのパスキーがすでにあります。',
    failed: 'パスキーを使用できませんでした。もう一度お試しいただくか、別の方法をお選びください。',
  },
});

export interface PasskeyButton {
  label: string;
  /** `get`: proves with one that exists. `create`: makes another. */
  ceremony: 'get' | 'create';
  /** Receives the form's `csrf` by POST, answers with the ceremony's options as JSON. */
  optionsUrl: string;
  /** Field that the answer is sent in, as JSON. */
  name: string;
  kind: ButtonKind;
  /** Also offered by the browser where a field of the page says `autocomplete="… webauthn"`. */
  autofill?: boolean;
}

/** Stands in a form that has a `csrf`. */
export function passkeyButton(context: PageContext, settings: PasskeyButton): Html {
  const m = messages[context.language];
  const problem = `${settings.name}-problem`;
  const button = attributes({
    class: `button ${settings.kind}`,
    type: 'submit',
    hidden: true,
    'data-passkey': settings.ceremony,
    'data-options': settings.optionsUrl,
    'data-field': settings.name,
    'data-problem': problem,
    'data-cancelled': m.cancelled,
    'data-known': m.known,
    'data-failed': m.failed,
    'data-autofill': settings.autofill,
  });
  return html`<input type="hidden" name="${settings.name}" value=""><button${button}>${settings.label}</button>
<p class="field-error" id="${problem}" role="alert"></p>${passkeyScript(context)}`;
}

/** For a page that only shows or hides things by whether the browser has passkeys. */
export function passkeyScript(context: PageContext): Html {
  return html`<script src="${context.assets.passkeys}" defer></script>`;
}
