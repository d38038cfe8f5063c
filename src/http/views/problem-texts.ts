/**
 * What is wrong with a value, in the reader's language: the messages of schemas and providers are English sentences for
 * developers. What is not in the table stays as it is.
 */
import { type Language, translations } from '../../core/language.ts';
import type { DirectoryErrorCode } from '../../directory/errors.ts';

type Words = Readonly<Record<Language, (...found: string[]) => string>>;

const words = (en: string, ja: string): Words => ({
  en: (...found) => fill(en, found),
  ja: (...found) => fill(ja, found),
});

/** `$1` stands for what the pattern's first group found. */
function fill(text: string, found: readonly string[]): string {
  return text.replaceAll(/\$(\d)/g, (_, number: string) => found[Number(number) - 1] ?? '');
}

const missing = words('Enter a value.', '値を入力してください。');
const table: readonly (readonly [RegExp, Words])[] = [
  [/received undefined$|^is required$|^must not be empty$|^is needed beside/, missing],
  [
    /^is required \(or give the metadata/,
    words(
      'Enter a value, or give the metadata of the identity provider.',
      '値を入力するか、IDプロバイダーのメタデータを指定してください。',
    ),
  ],
  [
    /^a connection for administrators needs one$/,
    words('A connection for administrators needs an identifier.', '管理者用の接続には識別子が必要です。'),
  ],
  [
    /^only a connection for administrators has one$/,
    words(
      'Only a connection for administrators has an identifier.',
      '識別子を指定できるのは、管理者用の接続だけです。',
    ),
  ],
  [/^the connection must be for subscribers/, words('Choose at least one use.', '用途を1つ以上選択してください。')],
  [
    / does not sign subscribers in$/,
    words('This provider does not sign subscribers in.', 'このプロバイダーは利用者のサインインに使用できません。'),
  ],
  [
    / does not sign administrators in$/,
    words('This provider does not sign administrators in.', 'このプロバイダーは管理者のサインインに使用できません。'),
  ],
  [
    /^must be 2 to 40 of the characters/,
    words(
      'Use 2 to 40 of the characters a-z, 0-9 and -.',
      '2～40文字の半角英小文字、数字、ハイフンで入力してください。',
    ),
  ],
  [
    /^must not begin or end with - /,
    words(
      'It must not begin or end with -, and not begin with xn--.',
      '先頭と末尾にハイフンは使用できません。また、xn--で始めることはできません。',
    ),
  ],
  [
    /^is reserved$/,
    words('This word is reserved; choose another.', 'この語は予約されています。別の語を使用してください。'),
  ],
  [/^must not hold control characters$/, words('Remove the control characters.', '制御文字を削除してください。')],
  [/^Too small: expected string to have >=1 characters$/, missing],
  [
    /^Too big: expected string to have <=(\d+) characters$/,
    words('Use $1 characters at most.', '$1文字以内で入力してください。'),
  ],
  [/^Too big: expected array to have <=(\d+) items$/, words('Give $1 at most.', '$1個以内で指定してください。')],
  [/^Too small: expected (?:string|array) to have >=(\d+)/, words('Give at least $1.', '$1以上で指定してください。')],
  [/^Invalid option/, words('Choose one of the values.', '選択肢から選んでください。')],
  [
    /^Invalid (?:url|URL)$/,
    words(
      'Enter a whole URL, such as https://login.example.com.',
      'https://login.example.com のような完全なURLを入力してください。',
    ),
  ],
  [/^unknown key$/, words('There is no such setting.', 'この設定項目はありません。')],
  [
    /^must be a whole URL/,
    words(
      'Enter a whole URL, such as https://login.example.com.',
      'https://login.example.com のような完全なURLを入力してください。',
    ),
  ],
  [
    /^must begin with https:\/\/$/,
    words('The address must begin with https://.', 'https:// で始まるアドレスを入力してください。'),
  ],
  [
    /^must be an https URL without user name and fragment$/,
    words(
      'Enter an https URL without user name and fragment (#).',
      'ユーザー名とフラグメント（#）を含まない https のURLを入力してください。',
    ),
  ],
  [
    /^must not contain a user name or password$/,
    words(
      'The address must not contain a user name or password.',
      'アドレスにユーザー名やパスワードを含めないでください。',
    ),
  ],
  [
    /^must not contain a fragment/,
    words('The address must not contain a fragment (#).', 'アドレスにフラグメント（#）を含めないでください。'),
  ],
  [
    /^must not contain a query/,
    words('The address must not contain a query (?).', 'アドレスにクエリ（?）を含めないでください。'),
  ],
  [
    /^must be the tenant \(directory\) ID/,
    words('Enter the tenant (directory) ID, a GUID.', 'テナント（ディレクトリ）ID（GUID）を入力してください。'),
  ],
  [
    /^must be scope names separated/,
    words('Enter scope names separated by single spaces.', 'スコープ名を半角スペースで区切って入力してください。'),
  ],
  [/^must contain openid$/, words('The scope openid must be among them.', 'スコープ openid を含めてください。')],
  [
    /^must be one or more PEM certificates$/,
    words('Enter one or more certificates in PEM format.', 'PEM形式の証明書を1つ以上入力してください。'),
  ],
  [
    /^is not the name of an attribute$/,
    words('This is not the name of an attribute.', '属性の名前として使用できません。'),
  ],
  [
    /^names a credential, which is never read$/,
    words('This names a credential, which is never read.', '認証情報を表す名前は使用できません（読み取りません）。'),
  ],
  [
    /private key/,
    words(
      'This contains a private key. It was not kept. Give only the certificate, and treat that key as disclosed: replace it at the identity provider.',
      '秘密鍵が含まれています。保存はしていません。証明書だけを指定してください。この鍵は漏洩したものとして扱い、IDプロバイダー側で交換してください。',
    ),
  ],
  [
    /^This is longer than 64 kB/,
    words(
      'This is longer than 64 kB. Give only the certificates that sign.',
      '64 kBを超えています。署名用の証明書だけを指定してください。',
    ),
  ],
  [/^There is no certificate here/, words('There is no certificate here.', '証明書が見つかりません。')],
  [
    /^There are (\d+) certificates here; at most (\d+)/,
    words(
      'There are $1 certificates here; at most $2 are accepted.',
      '証明書が$1個あります。指定できるのは$2個までです。',
    ),
  ],
  [
    /^is not in the metadata for the binding (\w+)$/,
    words(
      'The metadata has no address for the binding $1. Enter it.',
      'メタデータにバインディング $1 のアドレスがありません。入力してください。',
    ),
  ],
  [/^Invalid input/, words('This value is not possible.', 'この値は使用できません。')],
];

export function problemText(language: Language, message: string): string {
  for (const [pattern, text] of table) {
    const found = pattern.exec(message);
    if (found) return text[language](...found.slice(1));
  }
  return message.charAt(0).toUpperCase() + message.slice(1);
}

const refusals = translations({
  en: {
    name_taken: 'This organization already has a connection with this name.',
    identifier_taken: 'This identifier is taken. Choose another one.',
    limit_reached: 'An organization has two identifiers at most. Give one up first, or disconnect its connection.',
    citrix_identity_needed:
      'Only a full-access administrator who signed in with the Citrix identity may connect, change or disconnect Azure AD: otherwise whoever administers the directory there could lock everybody out. Sign in with your Citrix identity to do this.',
    connection_in_use:
      'Subscribers sign in to the workspace with this connection. Choose another method in the workspace configuration first.',
    version_conflict: 'Somebody else has changed this meanwhile. Nothing was saved.',
    connection_not_live: 'The connection is not connected any more.',
    draft_incomplete: 'Settings are missing. Complete them first.',
    tenant_not_proven: 'The tenant of these settings has not been connected by its own administrator.',
    draft_not_passed: 'These settings have not passed their test yet.',
    settings_invalid: 'This version is not possible with today’s rules for settings. Enter its values as new settings.',
    not_found: 'This version is no longer kept.',
  },
  ja: {
    name_taken: 'この名前の接続はすでにあります。',
    identifier_taken: 'この識別子はすでに使用されています。別の識別子を指定してください。',
    limit_reached:
      '識別子は1つの組織で2つまでです。使用中の識別子を解除するか、その接続を切断してから、もう一度お試しください。',
    citrix_identity_needed:
      'Azure ADの接続、変更、切断ができるのは、Citrix IDでサインインしたフルアクセスの管理者だけです。Azure ADの管理者がほかの全員を締め出すことを防ぐためです。Citrix IDでサインインしてから操作してください。',
    connection_in_use:
      '利用者がこの接続でワークスペースにサインインしています。先に「ワークスペース構成」で別のサインイン方法を選択してください。',
    version_conflict: 'ほかの管理者が先に変更したため、保存されませんでした。',
    connection_not_live: 'この接続はすでに切断されています。',
    draft_incomplete: '未入力の設定があります。先に入力を完了してください。',
    tenant_not_proven: 'この設定のテナントは、テナントの管理者によって接続されていません。',
    draft_not_passed: 'この設定はまだテストに合格していません。',
    settings_invalid: 'このバージョンは現在の設定の規則に合いません。値を新しい設定として入力してください。',
    not_found: 'このバージョンはもう保存されていません。',
  },
});
export type RefusalCode = keyof (typeof refusals)['en'];

/** Undefined: nothing that the person who typed it can do something about. */
export function refusalText(language: Language, code: DirectoryErrorCode): string | undefined {
  return Object.hasOwn(refusals[language], code) ? refusals[language][code as RefusalCode] : undefined;
}
