/** Texts of the pages that an invitation leads through. */
import { translations } from '../../core/language.ts';

export const invitationMessages = translations({
  en: {
    review: {
      title: (organization: string) => `Administer ${organization}`,
      by: (name: string) => `${name} has invited you. Review what it is about, then accept.`,
      byOperator: 'You are invited. Review what it is about, then accept.',
      organization: 'Customer name',
      orgId: 'OrgID',
      email: 'Your email',
      access: 'Access',
      until: 'Valid until',
      continue: 'Continue',
      newAccount: 'Next you choose a password. After that you sign in and set up a second factor.',
      accept: 'Accept the invitation',
      existing: 'You have an account with this email already. After accepting, sign in with it as you always do.',
      signIn: (connection: string, email: string) =>
        `You accept by signing in with ${connection}, with the account of ${email}. Any other account is refused.`,
      signInWith: (connection: string) => `Accept with ${connection}`,
      signInGone: (connection: string) =>
        `${connection} does not sign administrators in at the moment. Ask whoever invited you.`,
      changed: 'The access that you are offered was changed meanwhile. Review it once more.',
      ignore: 'If you did not expect this, close the page. Nothing happens unless you accept.',
    },
    account: {
      title: 'Create your account',
      lead: (organization: string) => `For administering ${organization} and every organization that invites you.`,
      email: 'Email',
      name: 'Your name',
      nameHint: 'As other administrators see it.',
      create: 'Create account and accept',
      back: 'Back to the invitation',
      nameProblems: {
        missing: 'Enter your name.',
        invalid: 'Enter a name of at most 64 characters.',
      },
      passwordAgain: 'Enter the password again: it is not kept when something is wrong.',
      busy: 'Too many people are setting a password right now. Try again in a moment.',
    },
    over: {
      accepted: {
        title: 'The invitation is accepted',
        text: (organization: string) => `Sign in to administer ${organization}.`,
        signIn: 'Sign in',
      },
      expired: {
        title: 'This invitation is no longer valid',
        text: (organization: string) =>
          `An invitation is valid for five days. Ask an administrator of ${organization} to delete it and to invite you again.`,
      },
      withdrawn: {
        title: 'This invitation was taken back',
        text: (organization: string) =>
          `An administrator of ${organization} has deleted it. If you still need access, ask there for a new invitation.`,
      },
      replaced: {
        title: 'There is a newer link',
        text: (organization: string) =>
          `The invitation of ${organization} was sent to you again. Use the link in the latest mail; this one is void.`,
      },
      unknown: {
        title: 'This link is not valid',
        text: () =>
          'Open the link in the mail once more, whole and unchanged. If it still does not work, ask whoever invited you for a new invitation.',
      },
      toConsole: 'Go to the console',
    },
  },
  ja: {
    review: {
      title: (organization) => `${organization}の管理者への招待`,
      by: (name) => `${name}さんから招待されました。内容を確認して承諾してください。`,
      byOperator: '招待されました。内容を確認して承諾してください。',
      organization: '顧客名',
      orgId: '組織ID（OrgID）',
      email: 'メールアドレス',
      access: 'アクセス権',
      until: '有効期限',
      continue: '次へ',
      newAccount: '次の画面でパスワードを設定します。その後、サインインして多要素認証を登録します。',
      accept: '招待を承諾する',
      existing: 'このメールアドレスのアカウントは登録済みです。承諾したあと、いつもどおりサインインしてください。',
      signIn: (connection, email) =>
        `承諾するには、${email}のアカウントを使い、${connection}でサインインします。ほかのアカウントでは承諾できません。`,
      signInWith: (connection) => `${connection}で承諾する`,
      signInGone: (connection) => `現在、${connection}では管理者がサインインできません。招待した方に確認してください。`,
      changed: '付与されるアクセス権が変更されました。もう一度内容を確認してください。',
      ignore: '心当たりがない場合は、このページを閉じてください。承諾しない限り、何も変更されません。',
    },
    account: {
      title: 'アカウントの作成',
      lead: (organization) => `${organization}をはじめ、招待された組織の管理に使用するアカウントです。`,
      email: 'メールアドレス',
      name: '名前',
      nameHint: 'ほかの管理者に表示される名前です。',
      create: 'アカウントを作成して承諾する',
      back: '招待の内容に戻る',
      nameProblems: {
        missing: '名前を入力してください。',
        invalid: '名前を64文字以内で入力してください。',
      },
      passwordAgain: '安全のためパスワードは保持されません。もう一度入力してください。',
      busy: 'ただいまパスワードの設定が混み合っています。しばらくしてからもう一度お試しください。',
    },
    over: {
      accepted: {
        title: '招待を承諾しました',
        text: (organization) => `サインインすると、${organization}を管理できます。`,
        signIn: 'サインイン',
      },
      expired: {
        title: 'この招待は有効期限が切れています',
        text: (organization) =>
          `招待の有効期間は5日間です。${organization}の管理者に、この招待を削除して招待し直すよう依頼してください。`,
      },
      withdrawn: {
        title: 'この招待は取り消されました',
        text: (organization) =>
          `${organization}の管理者がこの招待を削除しました。アクセスが必要な場合は、新しい招待を依頼してください。`,
      },
      replaced: {
        title: '新しいリンクが送信されています',
        text: (organization) =>
          `${organization}への招待が再送信されました。最新のメールのリンクを使用してください。このリンクは無効です。`,
      },
      unknown: {
        title: 'このリンクは無効です',
        text: () =>
          'メールのリンクをもう一度、途中で切れないように開いてください。それでも開けない場合は、招待した方に新しい招待を依頼してください。',
      },
      toConsole: 'コンソールへ',
    },
  },
});
