/** What the guides of SAML products say alike. */
import type { Text } from '../../providers/provider.ts';
import type { AttributeSource, GuidePart } from './guide.ts';

/** What comes back: everything is in the metadata. */
export const samlFields = ['entityId', 'singleSignOnUrl', 'binding', 'certificates', 'logoutUrl'] as const;

/** AD attributes, where the product names them itself; `from`: what it calls each. */
export function attributePart(
  from: Readonly<Record<'sid' | 'upn' | 'oid' | 'email', AttributeSource['from']>> & {
    displayName?: AttributeSource['from'];
  },
  source: Text,
): GuidePart {
  return {
    attributes: [
      { role: 'sid', from: from.sid },
      { role: 'upn', from: from.upn },
      { role: 'oid', from: from.oid },
      { role: 'email', from: from.email },
      ...(from.displayName === undefined
        ? []
        : [{ role: 'displayName' as const, from: from.displayName, optional: true as const }]),
    ],
    source,
  };
}

export const sourceIsActiveDirectory: Text = { en: 'Active Directory attribute', ja: 'Active Directoryの属性' };

export const exactNames: GuidePart = {
  note: {
    en: 'Names are compared exactly, upper and lower case included. Each of the first four needs one value; a missing one stops the sign-in, and the message names it.',
    ja: '名前は大文字と小文字を含めて完全に一致している必要があります。最初の4つはそれぞれ値が1つ必要です。値がない場合はサインインが中断され、不足している属性名が表示されます。',
  },
};

export const stableNameId: GuidePart = {
  note: {
    en: 'Choose a NameID that stays the same when somebody’s name or email changes: it is what a person is recognised by.',
    ja: 'NameIDには、氏名やメールアドレスが変わっても変化しない値を選んでください。同じ人であることをこの値で判断します。',
  },
};

export const startAtWorkspace: GuidePart = {
  note: {
    en: 'Sign-ins begin at the workspace, not here: a tile that starts in the identity provider is refused. For a tile, use a bookmark to the workspace address.',
    ja: 'サインインは必ずワークスペースから開始します。IDプロバイダー側から開始するサインインは拒否されます。タイルが必要な場合は、ワークスペースのアドレスへのブックマークを使用してください。',
  },
};

export const bringMetadata: Text = {
  en: 'Your metadata fills everything in. Without it, enter entity ID, sign-on URL and certificate below.',
  ja: 'メタデータを読み込むと、必要な値がすべて入力されます。メタデータがない場合は、エンティティID、サインオンURL、証明書を下の欄に入力してください。',
};
