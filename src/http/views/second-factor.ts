/** What pages of the sign-in and of the console share when a second factor is set up (SPEC CIT-4): the app, the phone, the codes. */
import { type Language, translations } from '../../core/language.ts';
import { checkbox, errorSummary, field, linkButton } from './form.ts';
import { type Html, html } from './html.ts';
import { qrCode } from './qr-code.ts';
import { copyValue } from './values.ts';

const messages = translations({
  en: {
    install: 'Install an authenticator app on your phone, for example Microsoft Authenticator or Google Authenticator.',
    scan: 'In the app, add an account and scan this QR code.',
    qrCode: 'QR code for your authenticator app',
    cannotScan: 'Cannot scan it? Enter this key in the app, time based:',
    key: 'key',
    enter: 'Enter the 6-digit code that the app shows.',
    code: '6-digit code',
    codeEmpty: 'Enter the 6-digit code.',
    codeWrong:
      'This code is not correct. Wait for the next one, and check that the clock of your phone is set automatically.',
    phone: 'Recovery phone number',
    phoneHint: 'With the country code, for example +81 3 1234 5678',
    phoneWhy:
      'Only support staff use it, to make sure that it is you when you ask for help. We never call or write to it by ourselves.',
    phoneWrong: 'Enter a phone number that begins with + and the country code, for example +81 3 1234 5678.',
    codesCaption: 'Backup codes',
    codesOnce:
      'Each code works once. They are shown only now, so keep them where you find them without your phone, and nobody else does.',
    download: 'Download as text file',
    saved: 'I’ve saved these codes',
    savedMissing: 'Save the codes, then confirm here that you have them.',
    fileTitle: 'Sekisho backup codes',
    fileAccount: 'Account',
    fileDate: 'Created on',
    fileOnce:
      'Each code works once, in place of the code of your authenticator app. Keep this file where nobody else finds it.',
  },
  ja: {
    install: 'スマートフォンに認証アプリをインストールします。例：Microsoft Authenticator、Google Authenticator',
    scan: 'アプリでアカウントを追加し、このQRコードを読み取ります。',
    qrCode: '認証アプリ用のQRコード',
    cannotScan: '読み取れない場合は、アプリに次のキーを入力してください（時間ベース）。',
    key: 'キー',
    enter: 'アプリに表示された6桁のコードを入力します。',
    code: '6桁のコード',
    codeEmpty: '6桁のコードを入力してください。',
    codeWrong:
      'コードが正しくありません。次のコードが表示されるまで待ち、スマートフォンの時刻が自動設定になっているかご確認ください。',
    phone: '回復用の電話番号',
    phoneHint: '国番号から入力してください。例：+81 3 1234 5678',
    phoneWhy:
      'お問い合わせの際に、サポート担当者がご本人を確認するためだけに使用します。システムから電話やメッセージをお送りすることはありません。',
    phoneWrong: '「+」と国番号で始まる電話番号を入力してください。例：+81 3 1234 5678',
    codesCaption: 'バックアップコード',
    codesOnce:
      'コードはそれぞれ1回だけ使用できます。表示されるのは今回のみです。スマートフォンがなくても取り出せて、ほかの人の目に触れない場所に保管してください。',
    download: 'テキストファイルをダウンロード',
    saved: 'コードを保存しました',
    savedMissing: 'コードを保存してから、チェックを入れてください。',
    fileTitle: 'Sekisho バックアップコード',
    fileAccount: 'アカウント',
    fileDate: '作成日',
    fileOnce:
      'コードはそれぞれ1回だけ、認証アプリのコードの代わりに使用できます。このファイルは、ほかの人の目に触れない場所に保管してください。',
  },
});

/** Install, scan or type, and give the first code. `field`: with its form around it. */
export function appSteps(language: Language, device: { uri: string; key: string }, codeForm: Html): Html {
  const m = messages[language];
  const groups = device.key.match(/.{1,4}/g)?.join(' ') ?? '';
  return html`<ol class="steps set-up">
<li>${m.install}</li>
<li>${m.scan}${qrCode(m.qrCode, device.uri)}<p class="hint">${m.cannotScan}</p><p class="set-up-key">${copyValue(language, m.key, groups)}</p></li>
<li>${m.enter}${codeForm}</li>
</ol>`;
}

/** Posts `code`. */
export function appCodeField(language: Language, error?: 'empty' | 'wrong'): Html {
  const m = messages[language];
  return field({
    name: 'code',
    label: m.code,
    autocomplete: 'one-time-code',
    inputMode: 'numeric',
    maxLength: 7,
    code: true,
    autofocus: error !== undefined,
    error: error && (error === 'empty' ? m.codeEmpty : m.codeWrong),
  });
}

/** Posts `phone`. */
export function phoneField(language: Language, settings: { value?: string; isWrong?: boolean }): Html {
  const m = messages[language];
  return html`<p>${m.phoneWhy}</p>${field({
    name: 'phone',
    label: m.phone,
    hint: m.phoneHint,
    type: 'tel',
    autocomplete: 'tel',
    maxLength: 40,
    autofocus: true,
    value: settings.value,
    error: settings.isWrong ? m.phoneWrong : undefined,
  })}`;
}

/** `codes`: as people read them (`1a2b 3c4d`). Posts `saved`: "on" or nothing. */
export function backupCodeList(
  language: Language,
  model: { codes: readonly string[]; downloadHref: string; saved: boolean; isUnconfirmed?: boolean },
): Html {
  const m = messages[language];
  return html`${errorSummary(language, model.isUnconfirmed ? [{ field: 'saved', message: m.savedMissing }] : [])}<p>${m.codesOnce}</p>
<ul class="backup-codes" aria-label="${m.codesCaption}">${model.codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
${linkButton(m.download, model.downloadHref, 'secondary')}
${checkbox({ name: 'saved', label: m.saved, checked: model.saved })}`;
}

/** What is downloaded. Times in milliseconds. */
export function backupCodesFile(
  language: Language,
  model: { codes: readonly string[]; email: string; at: number },
): { name: string; text: string } {
  const m = messages[language];
  const date = new Date(model.at).toISOString().slice(0, 10);
  const lines = [
    m.fileTitle,
    '',
    `${m.fileAccount}: ${model.email}`,
    `${m.fileDate}: ${date}`,
    '',
    m.fileOnce,
    '',
    ...model.codes.map((code, index) => `${String(index + 1).padStart(2)}. ${code}`),
    '',
  ];
  return { name: `sekisho-backup-codes-${date}.txt`, text: lines.join('\r\n') };
}
