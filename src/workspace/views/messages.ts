/** Texts of the reference workspace. */
import { translations } from '../../core/language.ts';

export const workspaceMessages = translations({
  en: {
    title: 'Home',
    greeting: (name: string) => `Hello, ${name}`,
    lead: (organization: string) => `You are signed in to ${organization}.`,
    signIn: 'How you signed in',
    provider: 'Identity provider',
    methods: 'Confirmed by',
    when: 'When',
    session: 'How long you stay signed in',
    claims: 'What applications learn about you',
    claimsLead: 'Applications of your organization receive these values when you open them.',
    claim: 'Claim',
    value: 'Value',
    account: 'Account',
  },
  ja: {
    title: 'ホーム',
    greeting: (name) => `${name}さん、こんにちは`,
    lead: (organization) => `${organization}にサインインしています。`,
    signIn: 'サインインの方法',
    provider: 'IDプロバイダー',
    methods: '本人確認の手段',
    when: '日時',
    session: 'サインインの有効期間',
    claims: 'アプリケーションに渡される情報',
    claimsLead: '組織のアプリケーションを開くと、次の値が渡されます。',
    claim: 'クレーム',
    value: '値',
    account: 'アカウント',
  },
});
