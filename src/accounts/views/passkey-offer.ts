/** "Or with a passkey", below another way to sign in; nothing where the browser has none. */
import { translations } from '../../core/language.ts';
import { actions, form } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import type { PageContext } from '../../http/views/page.ts';
import { passkeyButton } from '../../http/views/passkey-button.ts';

export const passkeyMessages = translations({
  en: {
    or: 'or',
    signIn: 'Sign in with a passkey',
    instead: 'Use a passkey instead',
    refused: 'This passkey was not accepted. Try again, or sign in another way.',
  },
  ja: {
    or: 'または',
    signIn: 'パスキーでサインイン',
    instead: '代わりにパスキーを使う',
    refused: 'このパスキーは受け付けられませんでした。もう一度お試しいただくか、別の方法でサインインしてください。',
  },
});

export interface PasskeyOffer {
  /** Receives `passkey` and `csrf`. */
  action: string;
  optionsUrl: string;
}

export function passkeyOffer(
  context: PageContext,
  model: PasskeyOffer & { csrf: string; label: 'signIn' | 'instead'; autofill?: boolean },
): Html {
  const m = passkeyMessages[context.language];
  return html`<div hidden data-passkey-offer><p class="or"><span>${m.or}</span></p>${form(
    { action: model.action, csrf: model.csrf },
    actions(
      passkeyButton(context, {
        label: m[model.label],
        ceremony: 'get',
        optionsUrl: model.optionsUrl,
        name: 'passkey',
        kind: 'secondary',
        ...(model.autofill && { autofill: true }),
      }),
    ),
  )}</div>`;
}
