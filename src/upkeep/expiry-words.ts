/** The register in words: for letters, the calendar and the pages. */
import { type Language, translations } from '../core/language.ts';
import type { ExpiryItem, ExpiryKind } from './expiry-register.ts';

const kinds = translations<Record<ExpiryKind, string>>({
  en: {
    provider_certificate: 'Certificate of the identity provider',
    secret: 'Secret',
    our_rollover: 'Switch to our next SAML certificate',
    our_certificate: 'Our SAML certificate',
    application_certificate: 'Certificate of our application at Azure AD',
    tls_certificate: 'TLS certificate of this service',
  },
  ja: {
    provider_certificate: 'IDプロバイダーの証明書',
    secret: 'シークレット',
    our_rollover: '本サービスの次のSAML証明書への切り替え',
    our_certificate: '本サービスのSAML証明書',
    application_certificate: 'Azure ADに登録したアプリケーションの証明書',
    tls_certificate: '本サービスのTLS証明書',
  },
});

export function expiryKindText(kind: ExpiryKind, language: Language): string {
  return kinds[language][kind];
}

/** "Okta Tokyo: Client secret"; of ours the kind alone. */
export function expiryTitle({ kind, what, connection }: ExpiryItem, language: Language): string {
  const thing = kind === 'secret' ? what[language] : kinds[language][kind];
  if (connection === undefined) return thing;
  return language === 'ja' ? `${connection.name}：${thing}` : `${connection.name}: ${thing}`;
}

const dayMs = 86_400_000;

/** Whole days; negative once it is over. */
export function daysLeft(expiresAt: number, now: number): number {
  return Math.floor((expiresAt - now) / dayMs);
}

const left = translations({
  en: {
    over: 'expired',
    today: 'today',
    days: (count: number) => (count === 1 ? 'in 1 day' : `in ${count} days`),
  },
  ja: { over: '期限切れ', today: '本日', days: (count) => `あと${count}日` },
});

export function daysLeftText(expiresAt: number, now: number, language: Language): string {
  const count = daysLeft(expiresAt, now);
  const m = left[language];
  if (count < 0) return m.over;
  return count === 0 ? m.today : m.days(count);
}
