/** Pieces of settings that the OIDC vendors share: their rules and how a form explains them. */
import { z } from 'zod';
import {
  type AttributeNames,
  type AttributeRole,
  attributeRoles,
  type SettingDescription,
  type Text,
} from '../../provider.ts';
import { explainBadEndpoint, explainBadIssuer, normaliseIssuer, withoutDocument } from './endpoints.ts';

/** An issuer as typed or pasted; comes out without trailing slash or `.well-known` suffix. */
export const issuerSetting = checkedText(explainBadIssuer).transform(normaliseIssuer);

/** The same, but a trailing slash that was typed stays: some providers' issuers have one. */
export const slashedIssuerSetting = checkedText(explainBadIssuer).transform(withoutDocument);

/** An issuer to compare exactly as it stands. */
export const exactIssuerSetting = checkedText(explainBadIssuer);

/** A base URL; comes out without trailing slash. */
export const baseUrlSetting = checkedText(explainBadEndpoint).transform((url) => url.replace(/\/+$/, ''));

export const clientIdSetting = z.string().trim().min(1, 'must not be empty').max(255);
export const secretSetting = z.string().min(1, 'must not be empty').max(4096);

/** Space-separated; `openid` must be among them. */
export const scopeSetting = z
  .string()
  .trim()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'must be scope names separated by single spaces')
  .refine((scopes) => scopes.split(' ').includes('openid'), 'must contain openid');

/** PEM, one or several certificates after one another. */
export const certificateAuthoritiesSetting = z
  .string()
  .max(100_000)
  .regex(
    /^\s*(-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/,
    'must be one or more PEM certificates',
  );

/** `pattern` says what a name may look like at this vendor. */
export function attributesSetting(defaults: AttributeNames, pattern = /^\S(.*\S)?$/) {
  const name = (role: AttributeRole) =>
    z
      .string()
      .max(200)
      .regex(pattern, 'is not the name of an attribute')
      .refine((text) => !isCredential(text), 'names a credential, which is never read')
      .default(defaults[role]);
  return z
    .strictObject({
      sid: name('sid'),
      upn: name('upn'),
      oid: name('oid'),
      email: name('email'),
      displayName: name('displayName'),
      givenName: name('givenName'),
      familyName: name('familyName'),
      groups: name('groups'),
    })
    .prefault({});
}

const roleLabels: Readonly<Record<AttributeRole, Text>> = {
  sid: { en: 'Security identifier (cip_sid)', ja: 'セキュリティ識別子 (cip_sid)' },
  upn: { en: 'User principal name (cip_upn)', ja: 'ユーザープリンシパル名 (cip_upn)' },
  oid: { en: 'Object GUID (cip_oid)', ja: 'オブジェクトGUID (cip_oid)' },
  email: { en: 'Email (cip_email)', ja: 'メール (cip_email)' },
  displayName: { en: 'Display name', ja: '表示名' },
  givenName: { en: 'Given name', ja: '名' },
  familyName: { en: 'Family name', ja: '姓' },
  groups: { en: 'Groups', ja: 'グループ' },
};

/** One description per role. `noun`: what the vendor calls a source of values, "claim" or "Graph property". */
export function describeAttributes(noun: Text): SettingDescription[] {
  return attributeRoles.map((role) => ({
    key: `attributes.${role}`,
    label: roleLabels[role],
    help: {
      en: `The ${noun.en} that carries it. Case-sensitive.`,
      ja: `この値を含む${noun.ja}です。大文字と小文字は区別されます。`,
    },
    advanced: true,
  }));
}

export const certificateAuthoritiesDescription: SettingDescription = {
  key: 'certificateAuthorities',
  // whoever adds an authority can stand between us and the provider
  endpoint: true,
  advanced: true,
  label: { en: 'Certificate authorities', ja: '認証局' },
  help: {
    en: 'PEM certificates of a private authority that issued the server certificate. Trusted for this connection only.',
    ja: 'サーバー証明書を発行したプライベート認証局のPEM証明書です。この接続でのみ信頼されます。',
  },
  multiline: true,
};

/** GWY-5: some upstreams send the person's password along. Nobody can map it by mistake. */
function isCredential(name: string): boolean {
  return /passw(or)?d|passcode|secret|credential/i.test(name);
}

function checkedText(explain: (text: string) => string | undefined) {
  return z
    .string()
    .trim()
    .max(2000)
    .superRefine((text, context) => {
      const problem = explain(text);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    });
}
