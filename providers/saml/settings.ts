/** What an administrator tells us about a SAML connection (SML-2, SML-3, SML-9), and how it is explained. */
import { z } from 'zod';
import { CertificateError, parseCertificates } from '../../certs/x509.ts';
import { isLoopback } from '../../metadata/discovery.ts';
import { type IdpMetadata, readIdpMetadata } from '../../metadata/idp-metadata.ts';
import { MetadataError } from '../../metadata/metadata-error.ts';
import { signaturePolicies } from '../protocols/saml/expectations.ts';
import type { SettingDescription } from '../provider.ts';

const attributeName = z.string().trim().min(1).max(256);
const defaultAttributes = {
  displayName: 'displayName',
  givenName: 'givenName',
  familyName: 'familyName',
  sid: 'cip_sid',
  upn: 'cip_upn',
  email: 'cip_email',
  oid: 'cip_oid',
  groups: 'cip_groups',
};
const attributes = z.strictObject({
  displayName: attributeName.default(defaultAttributes.displayName),
  givenName: attributeName.default(defaultAttributes.givenName),
  familyName: attributeName.default(defaultAttributes.familyName),
  sid: attributeName.default(defaultAttributes.sid),
  upn: attributeName.default(defaultAttributes.upn),
  email: attributeName.default(defaultAttributes.email),
  oid: attributeName.default(defaultAttributes.oid),
  groups: attributeName.default(defaultAttributes.groups),
});

/**
 * The browser is sent there; a script or file address would run in or read from it. Plain http is let through, because
 * intranets have it: the answer's signature does not depend on the way, and the import of metadata warns.
 */
const endpoint = z.string().trim().max(2048).refine(isEndpoint, 'must be an https URL without user name and fragment');
/** Where the provider publishes its metadata: only over TLS is it the provider who speaks there (SML-3). */
const watchable = z
  .string()
  .trim()
  .max(2048)
  .refine(isWatchable, 'must be an https URL without user name and fragment');
const entityId = z.string().trim().min(1).max(1024);
/** SECURITY CON-10. A rollover needs two. */
const maxCertificates = 10;
const certificate = z.string().check((context) => {
  const message = certificateProblem(context.value);
  if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
});

const written = z
  .strictObject({
    metadataUrl: watchable.optional(),
    metadataRefresh: z.enum(['off', 'ask', 'adopt']).default('off'),
    metadata: z
      .string()
      .max(10 * 1024 * 1024)
      .optional(),
    entityId: entityId.optional(),
    singleSignOnUrl: endpoint.optional(),
    binding: z.enum(['post', 'redirect']).optional(),
    signRequests: z.boolean().default(true),
    ownEntityId: z.boolean().default(false),
    signatures: z.enum(signaturePolicies).default('either'),
    certificates: z.array(certificate).min(1).max(maxCertificates).optional(),
    certificateExpiry: z.enum(['warn', 'refuse']).default('warn'),
    encryption: z.enum(['refuse', 'accept', 'require']).default('refuse'),
    context: z
      .strictObject({ class: z.string().trim().min(1).max(256), comparison: z.enum(['minimum', 'exact']) })
      .optional(),
    logoutUrl: endpoint.optional(),
    attributes: attributes.default(defaultAttributes),
  })
  .check(
    requiredWithoutMetadata('entityId'),
    requiredWithoutMetadata('singleSignOnUrl'),
    requiredWithoutMetadata('certificates'),
    z.refine<WatchedInput>(
      ({ metadataRefresh, metadataUrl }) => metadataRefresh === 'off' || metadataUrl !== undefined,
      {
        path: ['metadataUrl'],
        error: 'is required to watch the metadata',
        when: isObject,
      },
    ),
  );
type WatchedInput = { metadataRefresh: string; metadataUrl?: string | undefined };
type Written = z.output<typeof written>;

export type SamlSettings = Omit<Written, 'metadata' | 'entityId' | 'singleSignOnUrl' | 'binding' | 'certificates'> & {
  entityId: string;
  singleSignOnUrl: string;
  binding: 'post' | 'redirect';
  /** PEM, one certificate each, without doubles. */
  certificates: string[];
};

/** Pasted metadata fills what is not written beside it; what is written wins. The result holds no metadata. */
export const samlSettings: z.ZodType<SamlSettings> = written.transform((input, context): SamlSettings => {
  const { metadata, ...settings } = input;
  const described = metadata === undefined ? undefined : readDocument(metadata, input.entityId);
  if (typeof described === 'string') return problem(context, 'metadata', described);
  const binding = chooseBinding(input, described);
  const singleSignOnUrl = input.singleSignOnUrl ?? described?.singleSignOn[binding];
  if (singleSignOnUrl === undefined || !isEndpoint(singleSignOnUrl)) {
    return problem(context, 'singleSignOnUrl', `is not in the metadata for the binding ${binding}`);
  }
  const pem = input.certificates?.flatMap(parseCertificates) ?? described?.certificates ?? [];
  const certificates = [...new Set(pem.map((one) => one.pem))];
  if (certificates.length > maxCertificates)
    return problem(context, 'certificates', `are ${certificates.length}; at most ${maxCertificates} are accepted`);
  const logoutUrl = input.logoutUrl ?? described?.singleLogout.redirect;
  return {
    ...settings,
    entityId: input.entityId ?? described?.entityId ?? '',
    singleSignOnUrl,
    binding,
    certificates,
    ...(logoutUrl !== undefined && isEndpoint(logoutUrl) ? { logoutUrl } : {}),
  };
});

/** HTTP-POST where there is a choice (SML-9). */
function chooseBinding(input: Written, described: IdpMetadata | undefined): 'post' | 'redirect' {
  if (input.binding !== undefined) return input.binding;
  const offered = input.singleSignOnUrl === undefined ? described?.singleSignOn : undefined;
  return offered !== undefined && offered.post === undefined ? 'redirect' : 'post';
}

/** Runs beside all other checks and not after them, so that every problem is reported at once. */
function requiredWithoutMetadata(key: 'entityId' | 'singleSignOnUrl' | 'certificates') {
  return z.refine<Written>((input) => input.metadata !== undefined || input[key] !== undefined, {
    path: [key],
    error: 'is required (or give the metadata of the identity provider)',
    when: isObject,
  });
}

function isObject({ value }: { value: unknown }): boolean {
  return typeof value === 'object' && value !== null;
}

function problem(context: z.RefinementCtx, key: string, message: string): never {
  context.addIssue({ code: 'custom', path: [key], message });
  return z.NEVER;
}

/** The description, or what is wrong with it. */
function readDocument(document: string, wanted: string | undefined): IdpMetadata | string {
  try {
    return readIdpMetadata(document, wanted === undefined ? {} : { entityId: wanted });
  } catch (error) {
    if (error instanceof MetadataError) return error.message;
    throw error;
  }
}

function certificateProblem(text: string): string | undefined {
  try {
    parseCertificates(text);
    return undefined;
  } catch (error) {
    if (error instanceof CertificateError) return error.message;
    throw error;
  }
}

function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '' && hash === '';
}

function isWatchable(text: string): boolean {
  return isEndpoint(text) && (/^https:/i.test(text) || isLoopback(new URL(text).hostname));
}

const prefix = 'urn:oasis:names:tc:SAML:2.0:ac:classes:';
const contextClasses = [
  'PasswordProtectedTransport',
  'Password',
  'Kerberos',
  'X509',
  'TLSClient',
  'Smartcard',
  'SmartcardPKI',
  'TimeSyncToken',
  'MobileTwoFactorContract',
];

export const samlDescriptions: readonly SettingDescription[] = [
  {
    key: 'metadata',
    label: { en: 'Identity provider metadata', ja: 'IDプロバイダーのメタデータ' },
    help: {
      en: 'Paste the whole XML document; it fills entity ID, URLs and certificates.',
      ja: 'XMLドキュメント全体を貼り付けると、エンティティID、URL、証明書が入力されます。',
    },
    multiline: true,
  },
  {
    key: 'metadataUrl',
    advanced: true,
    label: { en: 'Metadata URL', ja: 'メタデータのURL' },
    help: {
      en: 'Where the identity provider publishes its metadata; needed to watch it.',
      ja: 'IDプロバイダーがメタデータを公開しているURLです。変更を確認するために必要です。',
    },
  },
  {
    key: 'metadataRefresh',
    advanced: true,
    label: { en: 'Watch the metadata', ja: 'メタデータの変更の確認' },
    help: {
      en: 'Several times a day. Only certificates are ever adopted by themselves; a changed address always waits for you.',
      ja: '1日に数回確認します。自動的に取り込まれるのは証明書だけで、URLなどの変更は必ず管理者の承認を待ちます。',
    },
    choices: [
      { value: 'off', label: { en: 'Off', ja: '確認しない' } },
      { value: 'ask', label: { en: 'Show changes', ja: '変更を表示する' } },
      { value: 'adopt', label: { en: 'Adopt new certificates', ja: '新しい証明書を取り込む' } },
    ],
  },
  {
    key: 'entityId',
    required: true,
    endpoint: true,
    label: { en: 'Entity ID', ja: 'エンティティID' },
    help: {
      en: 'Of the identity provider, exactly as it signs it in Issuer.',
      ja: 'IDプロバイダーがIssuerに記す値と完全に同じものです。',
    },
  },
  {
    key: 'singleSignOnUrl',
    required: true,
    endpoint: true,
    label: { en: 'Single sign-on URL', ja: 'シングルサインオンURL' },
    help: { en: 'Where people are sent to sign in.', ja: 'サインインする人の移動先です。' },
  },
  {
    key: 'binding',
    label: { en: 'Binding', ja: 'バインディング' },
    help: { en: 'How the request travels.', ja: '認証要求の送信方法です。' },
    choices: [
      { value: 'post', label: { en: 'HTTP-POST', ja: 'HTTP-POST' } },
      { value: 'redirect', label: { en: 'HTTP-Redirect', ja: 'HTTP-Redirect' } },
    ],
  },
  {
    key: 'signRequests',
    type: 'yes-no',
    label: { en: 'Sign authentication requests', ja: '認証要求に署名する' },
    help: {
      en: 'With SHA-256 and the key in our metadata.',
      ja: 'SHA-256と、本サービスのメタデータにある鍵で署名します。',
    },
  },
  {
    key: 'signatures',
    label: { en: 'Required signatures', ja: '必要な署名' },
    help: {
      en: 'A response that is not signed like this is refused.',
      ja: 'このとおりに署名されていない応答は拒否されます。',
    },
    choices: [
      { value: 'either', label: { en: 'Response or assertion', ja: '応答またはアサーション' } },
      { value: 'response', label: { en: 'Response', ja: '応答' } },
      { value: 'assertion', label: { en: 'Assertion', ja: 'アサーション' } },
      { value: 'both', label: { en: 'Response and assertion', ja: '応答とアサーションの両方' } },
    ],
  },
  {
    key: 'certificates',
    type: 'list',
    required: true,
    label: { en: 'Signing certificates', ja: '署名証明書' },
    help: {
      en: 'PEM. During a rollover the old one and the new one; each is tried.',
      ja: 'PEM形式です。更新期間中は新旧両方を登録でき、順に試されます。',
    },
    multiline: true,
  },
  {
    key: 'certificateExpiry',
    advanced: true,
    label: { en: 'Expired certificates', ja: '期限切れの証明書' },
    help: {
      en: 'The key is trusted because you entered it; choose whether its dates count as well.',
      ja: '鍵は登録されたことで信頼されます。有効期限も確認するかどうかを選択してください。',
    },
    choices: [
      { value: 'warn', label: { en: 'Accept and warn', ja: '受け入れて警告する' } },
      { value: 'refuse', label: { en: 'Refuse', ja: '拒否する' } },
    ],
  },
  {
    key: 'encryption',
    advanced: true,
    label: { en: 'Encrypted assertions', ja: '暗号化されたアサーション' },
    help: {
      en: 'AES-GCM with RSA-OAEP, in a signed response. Give the provider our metadata that has the encryption key.',
      ja: '署名付き応答に含まれる、AES-GCMとRSA-OAEPによる暗号化に対応します。暗号化鍵を含む本サービスのメタデータをプロバイダーに登録してください。',
    },
    choices: [
      { value: 'refuse', label: { en: 'Refuse', ja: '拒否する' } },
      { value: 'accept', label: { en: 'Accept', ja: '受け入れる' } },
      { value: 'require', label: { en: 'Require', ja: '必須にする' } },
    ],
  },
  {
    key: 'context.class',
    advanced: true,
    label: { en: 'Authentication context', ja: '認証コンテキスト' },
    help: {
      en: 'Leave empty for unspecified: nothing is asked for.',
      ja: '空欄にすると指定なしとなり、何も要求しません。',
    },
    choices: contextClasses.map((name) => ({ value: prefix + name, label: { en: name, ja: name } })),
  },
  {
    key: 'context.comparison',
    advanced: true,
    label: { en: 'Comparison', ja: '比較方法' },
    help: {
      en: 'Minimum is asked for; exact is asked for and enforced.',
      ja: '「最低」は要求するだけです。「完全一致」は要求し、応答でも確認します。',
    },
    choices: [
      { value: 'minimum', label: { en: 'Minimum', ja: '最低' } },
      { value: 'exact', label: { en: 'Exact', ja: '完全一致' } },
    ],
  },
  {
    key: 'ownEntityId',
    type: 'yes-no',
    advanced: true,
    label: { en: 'Entity ID of its own', ja: '専用のエンティティID' },
    help: {
      en: 'For an identity provider that takes our common entity ID only once. Its administrator then needs the metadata of this connection.',
      ja: '本サービス共通のエンティティIDを一度しか登録できないIDプロバイダー向けです。相手側には、この接続のメタデータを登録してください。',
    },
  },
  {
    key: 'logoutUrl',
    label: { en: 'Logout URL', ja: 'ログアウトURL' },
    help: {
      en: 'Optional; the browser goes there with a LogoutRequest after signing out here.',
      ja: '省略できます。ここでサインアウトした後、ブラウザーがLogoutRequestとともに移動します。',
    },
  },
  {
    key: 'attributes.sid',
    advanced: true,
    label: { en: 'SID attribute', ja: 'SIDの属性' },
    help: { en: 'Name of the attribute with objectSid.', ja: 'objectSidを格納した属性の名前です。' },
  },
  {
    key: 'attributes.upn',
    advanced: true,
    label: { en: 'UPN attribute', ja: 'UPNの属性' },
    help: { en: 'Name of the attribute with userPrincipalName.', ja: 'userPrincipalNameを格納した属性の名前です。' },
  },
  {
    key: 'attributes.oid',
    advanced: true,
    label: { en: 'Object ID attribute', ja: 'オブジェクトIDの属性' },
    help: { en: 'Name of the attribute with objectGUID.', ja: 'objectGUIDを格納した属性の名前です。' },
  },
  {
    key: 'attributes.email',
    advanced: true,
    label: { en: 'Email attribute', ja: 'メールの属性' },
    help: { en: 'Name of the attribute with mail.', ja: 'mailを格納した属性の名前です。' },
  },
  {
    key: 'attributes.displayName',
    advanced: true,
    label: { en: 'Display name attribute', ja: '表示名の属性' },
    help: { en: 'Optional.', ja: '省略できます。' },
  },
  {
    key: 'attributes.givenName',
    advanced: true,
    label: { en: 'Given name attribute', ja: '名の属性' },
    help: { en: 'Optional.', ja: '省略できます。' },
  },
  {
    key: 'attributes.familyName',
    advanced: true,
    label: { en: 'Family name attribute', ja: '姓の属性' },
    help: { en: 'Optional.', ja: '省略できます。' },
  },
  {
    key: 'attributes.groups',
    advanced: true,
    label: { en: 'Groups attribute', ja: 'グループの属性' },
    help: {
      en: 'Optional; group SIDs, one value each.',
      ja: '省略できます。グループのSIDを、値ごとに1つ格納します。',
    },
  },
];
