/** サインイン・サインアウト画面の文言(日本語)。 */
import type { accountsEnglish } from './messages-en.ts';

export const accountsJapanese: typeof accountsEnglish = {
  organization: {
    administratorTitle: '会社の資格情報でサインイン',
    administratorLead: '次に、お勤め先のサインインページが開きます。',
    administratorLabel: 'サインイン識別子またはサインインURL',
    administratorHint: '管理者にご確認ください。例：「acme」、または末尾が/go/acmeのアドレス全体',
    subscriberTitle: '組織を指定してください',
    subscriberLead: (application) =>
      application === undefined
        ? 'サインイン先の組織を入力してください。'
        : `${application}を利用するには、サインイン先の組織を入力してください。`,
    subscriberLabel: 'ワークスペース名またはURL',
    subscriberHint: 'ワークスペースのアドレスの先頭部分です。',
    empty: '名前を入力してください。',
    malformed: '名前の形式が正しくありません。英数字とハイフンで入力するか、アドレス全体を貼り付けてください。',
    unknown: 'この名前は登録されていません。つづりを確認するか、管理者にお問い合わせください。',
    back: 'メールアドレスとパスワードでサインイン',
  },

  signIn: {
    title: 'サインイン',
    lead: '管理者用',
    leadFor: (application) => `${application}に進みます`,
    email: 'メールアドレス',
    password: 'パスワード',
    submit: 'サインイン',
    forgotten: 'パスワードをお忘れですか？',
    company: '会社の資格情報でサインイン',
    credentials: 'メールアドレスまたはパスワードが正しくありません。',
    emptyEmail: 'メールアドレスを入力してください。',
    emptyPassword: 'パスワードを入力してください。',
    throttled: (duration) => `試行回数が多すぎます。${duration}後にもう一度お試しください。`,
  },

  code: {
    title: 'コードを入力',
    lead: '認証アプリに表示されている6桁のコードを入力してください。',
    label: '6桁のコード',
    submit: '続ける',
    account: (email) => `${email}としてサインインしています。`,
    restart: '別のアカウントを使用する',
    recovery: '認証アプリを使えない場合',
    empty: '6桁のコードを入力してください。',
    wrong:
      'コードが正しくありません。次のコードが表示されるまで待ち、スマートフォンの時刻が合っているかご確認ください。',
    used: 'このコードはすでに使用されています。次のコードが表示されるまでお待ちください。',
    throttled: (duration) => `コードの誤入力が続いています。${duration}後にもう一度お試しください。`,
  },

  attempt: {
    over: {
      title: 'このサインインは終了しています',
      text: 'サインインが完了または中止されたか、制限時間の15分を過ぎています。最初からやり直してください。',
    },
    expired: {
      title: 'サインインの制限時間を過ぎました',
      text: 'セキュリティ保護のため、サインインは15分以内に完了する必要があります。最初からやり直してください。',
    },
    used: {
      title: 'このサインインはすでに終了しています',
      text: 'このページは、完了または中止されたサインインの一部です。「戻る」ボタンやブックマークから開いた可能性があります。',
    },
    other_browser: {
      title: '別のブラウザーで開始されたサインインです',
      text: 'セキュリティ保護のため、サインインは開始したブラウザーで完了する必要があります。ご自身で開始した覚えがない場合は、このページを閉じてください。',
    },
    unknown: {
      title: 'サインインの情報が見つかりません',
      text: 'このアドレスに対応する、進行中のサインインはありません。最初からやり直してください。',
    },
    no_method: {
      title: 'まだサインインできません',
      text: 'この組織では、サインインの方法がまだ設定されていません。管理者の方は、コンソールで接続の状態を確認できます。',
    },
    incomplete: {
      title: 'サインインを続行できません',
      text: 'IDプロバイダーからの応答が不完全でした。最初からやり直してください。',
    },
  },

  upstream: {
    denied: {
      title: 'サインインは完了しませんでした',
      text: (provider) => `${provider}でサインインが許可されなかったか、中止されました。`,
    },
    failed: {
      title: 'サインインできませんでした',
      text: (provider) => `${provider}からの応答を受け入れられませんでした。`,
    },
    unreachable: {
      title: 'IDプロバイダーに接続できません',
      text: (provider) => `${provider}から応答がありません。数分後にもう一度お試しください。`,
    },
    reauthentication: {
      title: 'もう一度サインインしてください',
      text: (provider) => `お使いの組織では毎回サインインが必要ですが、${provider}で本人確認が行われませんでした。`,
    },
    no_access: {
      title: 'アクセス権がありません',
      text: (provider) =>
        `${provider}で本人確認は完了しましたが、アクセス権が付与されていません。組織の管理者にお問い合わせください。`,
    },
  },

  attributes: {
    title: 'アカウントの情報が不足しています',
    titleInvalid: 'アカウントの情報を利用できません',
    lead: (provider) => `${provider}で本人確認は完了しましたが、送られてきた情報に不備があります。`,
    caption: '確認が必要な属性',
    attribute: '属性',
    feeds: '用途',
    problem: '問題',
    missing: '送信されていません',
    empty: '値が空です',
    several: '値が複数あります',
    malformed: '形式を読み取れません',
    too_long: '長すぎます',
    who: '対応できる方',
    whoText: (provider) =>
      `${provider}の管理者が、送信する属性に追加するか、お使いのアカウントに値を設定する必要があります。ご自身では変更できません。`,
  },

  unsolicited: {
    title: 'ワークスペースから始めてください',
    lead: 'こちらから要求していないサインインがIDプロバイダーから送られました。セキュリティ保護のため、ワークスペースから始めたサインインのみ受け付けています。',
    whatTitle: '次の方法をお試しください',
    openWorkspace: 'ワークスペースを開いてください。いつものサインインページに移動します。',
    openKnown: (url) => `${url}を開いてください。いつものサインインページに移動します。`,
    bookmark:
      '管理者の方へ：IDプロバイダーでワークスペースURLを指すブックマークアプリを作成すると、利用者はタイルから開けるようになります。',
  },

  signOut: {
    title: 'サインアウトしますか？',
    lead: (person, application) =>
      (person === undefined ? '' : `${person}としてサインインしています。`) +
      (application === undefined
        ? 'サインアウトしてよろしいですか？'
        : `${application}がサインアウトの確認を求めています。`),
    confirm: 'サインアウトする',
    stay: 'サインインしたままにする',
  },

  realms: {
    title: 'どこからサインアウトしますか？',
    lead: 'このブラウザーでは複数の場所にサインインしています。1つからサインアウトしても、ほかには影響しません。',
    administrators: '管理コンソール',
    apps: (organization) => `${organization}のアプリ`,
    signOut: 'サインアウト',
    empty: 'このブラウザーでは、どこにもサインインしていません。',
    signedInAs: (person) => `${person}としてサインイン中`,
  },

  stay: {
    title: 'この端末のサインインを維持しますか？',
    lead: (application) => `${application}でサインインを維持する期間を選択してください。`,
    agree: '維持する',
    agreeHint: (days, inactivity) => `${days}間有効です。${inactivity}以上使用しないと終了します。`,
    decline: '今日だけにする',
    declineHint: (duration) => `${duration}後に再度サインインが必要です。`,
    shared: 'ほかの人と共用する端末では、維持しないでください。',
  },

  logoutUnsupported: {
    title: 'シングルログアウトには対応していません',
    text: 'IDプロバイダーからサインアウトの要求が届きましたが、この要求は受け付けていません。サインアウトするには、ワークスペースを開いて「サインアウト」を選択してください。',
  },
};
