/** Texts of the guided set-up without an account. */
import { translations } from '../../core/language.ts';

export const setupMessages = translations({
  en: {
    step: (number: number, count: number) => `Step ${number} of ${count}`,
    start: {
      title: (organization: string) => `Connect your identity provider to ${organization}`,
      by: (name: string) => `${name} asks you to do this. You need no account here.`,
      byNobody: 'You are asked to do this. You need no account here.',
      organization: 'Organization',
      connection: 'Connection',
      until: 'Link valid until',
      what: 'You are led through your identity provider’s console step by step, with the values to copy. At the end a test sign-in shows that it works. You can stop at any time and open the link again.',
      begin: 'Begin',
      once: 'The set-up is open in one browser at a time: the one in which Begin was pressed last.',
      ignore: 'If you do not run an identity provider, or do not know this organization, close this page.',
    },
    over: {
      expired: {
        title: 'This link is no longer valid',
        text: (organization: string) => `It has expired. Ask whoever sent it to you at ${organization} for a new one.`,
      },
      revoked: {
        title: 'This link was taken back',
        text: (organization: string) =>
          `An administrator of ${organization} has revoked it, or may no longer make such links. If there is still something to set up, ask there for a new one.`,
      },
      finished: {
        title: 'The set-up is finished',
        text: (organization: string) =>
          `An administrator of ${organization} has been told. For further changes, ask there for a new link.`,
      },
      unknown: {
        title: 'This link is not valid',
        text: () => 'Open the link in the mail once more, whole and unchanged.',
      },
      elsewhere: {
        title: 'Open the link again',
        text: () =>
          'This browser does not hold the set-up: it was begun in another one, the browser was closed, or the link is no longer valid. Open the link in the mail and press Begin.',
      },
    },
    choose: {
      title: 'Which product do you use?',
      lead: 'The steps differ by product; the result is the same.',
      legend: 'Identity provider',
      missing: 'Choose a product.',
      go: 'Continue',
    },
    guide: {
      asOf: 'Menus are named as of 2026; yours may have moved.',
      next: 'Done, next step',
      back: 'Back',
      another: 'Choose another product',
      pause: 'You can stop here and open the link again later.',
    },
    settings: {
      title: 'Bring back your values',
      save: 'Save and continue',
      dropped: (names: string) =>
        `An address has changed, so the secrets that belonged to the old one were removed. Enter again: ${names}.`,
      conflict: 'Somebody else has saved other values meanwhile. They are shown below; check them and save again.',
    },
    metadata: {
      title: 'From your metadata',
      url: 'Address of your metadata',
      urlHint: 'https, reachable from the internet. With it, new certificates are noticed in time.',
      paste: 'Or the document itself',
      entityId: 'Entity ID of your identity provider',
      entityIdHint: 'Exactly as in the document.',
      read: 'Read the metadata',
      taken: 'The metadata was read. Check the values below, then save.',
      several: (count: number) => `The document describes ${count} identity providers. Enter the entity ID of yours.`,
      problems: {
        missing: 'Enter the address (https://…) or paste the document.',
        limit: 'Too many documents were read in this hour. Try again later.',
        conflict: 'Somebody else has changed the settings meanwhile. Read the metadata again.',
      },
    },
    test: {
      title: 'Test the sign-in',
      lead: 'A real sign-in with the values that you entered. It signs nobody in here and changes nothing.',
      incomplete: 'Some values are still missing. Go back and complete them first.',
      passed: 'The test has passed.',
      passedAt: 'Passed',
      start: 'Start the test',
      again: 'Test again',
      limited: 'Too many tests in this hour. Try again later.',
      changed: 'The settings were changed meanwhile, so nothing was handed over. Test what is there now.',
      person: 'Sign in as somebody who has the attributes: an ordinary user with an Active Directory account.',
    },
    finish: {
      title: 'Finish',
      administrator: (name: string) => `${name} is told, reviews the settings and makes the connection live.`,
      anAdministrator: 'An administrator is told, reviews the settings and makes the connection live.',
      live: 'The connection becomes live at once: people can sign in with it.',
      replaces: 'It replaces the settings that people sign in with now.',
      hand: 'Finish and hand over',
      makeLive: 'Finish and make live',
      untested: 'Hand over without a passed test',
      untestedHint: 'When you cannot test yourself. The connection cannot go live before a test has passed.',
    },
    done: {
      passed: {
        title: 'Done. Thank you.',
        text: (name: string) =>
          `${name} has been told by mail. The connection goes live when the settings have been reviewed.`,
      },
      live: {
        title: 'The connection is live',
        text: (name: string) => `People can sign in with it now. ${name} has been told by mail.`,
      },
      untested: {
        title: 'Handed over',
        text: (name: string) =>
          `${name} has been told by mail that the settings are there and still need a test sign-in.`,
      },
      administrator: 'The administrator',
      close: 'The link is no longer valid. You can close this page.',
    },
  },
  ja: {
    step: (number, count) => `手順 ${number} / ${count}`,
    start: {
      title: (organization) => `IDプロバイダーを${organization}に接続する`,
      by: (name) => `${name}さんからの依頼です。アカウントは不要です。`,
      byNobody: '接続設定の依頼です。アカウントは不要です。',
      organization: '組織',
      connection: '接続',
      until: 'リンクの有効期限',
      what: 'IDプロバイダーの管理画面での操作を、コピーする値とともに順を追って案内します。最後にテストサインインで動作を確認します。いつでも中断でき、同じリンクから再開できます。',
      begin: '設定を始める',
      once: '設定を続けられるのは、最後に「設定を始める」を押したブラウザーだけです。',
      ignore: 'IDプロバイダーの管理者でない場合や、この組織に心当たりがない場合は、このページを閉じてください。',
    },
    over: {
      expired: {
        title: 'このリンクは有効期限が切れています',
        text: (organization) => `${organization}の送信者に、新しいリンクを依頼してください。`,
      },
      revoked: {
        title: 'このリンクは取り消されました',
        text: (organization) =>
          `${organization}の管理者が取り消したか、リンクを作成した管理者の権限がなくなりました。設定が必要な場合は、新しいリンクを依頼してください。`,
      },
      finished: {
        title: '設定は完了しています',
        text: (organization) =>
          `${organization}の管理者に通知しました。さらに変更が必要な場合は、新しいリンクを依頼してください。`,
      },
      unknown: {
        title: 'このリンクは無効です',
        text: () => 'メールのリンクをもう一度、途中で切れないように開いてください。',
      },
      elsewhere: {
        title: 'リンクをもう一度開いてください',
        text: () =>
          '別のブラウザーで設定が始められたか、ブラウザーが閉じられたか、リンクが無効になったため、このブラウザーでは続けられません。メールのリンクを開き、「設定を始める」を押してください。',
      },
    },
    choose: {
      title: '使用している製品を選択してください',
      lead: '製品によって手順が異なります。設定される内容は同じです。',
      legend: 'IDプロバイダー',
      missing: '製品を選択してください。',
      go: '次へ',
    },
    guide: {
      asOf: 'メニューの名称は2026年時点のものです。変更されている場合があります。',
      next: '完了して次の手順へ',
      back: '戻る',
      another: '別の製品を選択する',
      pause: 'ここで中断し、あとで同じリンクから再開できます。',
    },
    settings: {
      title: '値を入力する',
      save: '保存して次へ',
      dropped: (names) =>
        `アドレスが変更されたため、以前のアドレスに対応するシークレットを削除しました。もう一度入力してください: ${names}`,
      conflict: '別の値がほかの人によって先に保存されました。下に表示された値を確認して、もう一度保存してください。',
    },
    metadata: {
      title: 'メタデータから入力する',
      url: 'メタデータのアドレス',
      urlHint: 'インターネットから接続できる https のアドレスです。指定すると、証明書の更新を検知できます。',
      paste: 'またはドキュメントの内容',
      entityId: 'IDプロバイダーのエンティティID',
      entityIdHint: 'ドキュメントに記載されたとおりに入力してください。',
      read: 'メタデータを読み込む',
      taken: 'メタデータを読み込みました。下の値を確認して保存してください。',
      several: (count) =>
        `ドキュメントに${count}個のIDプロバイダーが含まれています。使用するエンティティIDを入力してください。`,
      problems: {
        missing: 'アドレス（https://…）を入力するか、ドキュメントを貼り付けてください。',
        limit: 'この1時間に読み込めるドキュメントの数を超えました。しばらくしてからもう一度お試しください。',
        conflict: '設定がほかの人によって変更されました。メタデータをもう一度読み込んでください。',
      },
    },
    test: {
      title: 'サインインをテストする',
      lead: '入力した値で実際にサインインします。テストで本サービスにサインインされることはなく、何も変更されません。',
      incomplete: '入力されていない値があります。前の手順に戻って入力してください。',
      passed: 'テストに合格しました。',
      passedAt: '合格日時',
      start: 'テストを開始する',
      again: 'もう一度テストする',
      limited: 'この1時間のテスト回数が上限に達しました。しばらくしてからもう一度お試しください。',
      changed: '設定が変更されたため、引き渡しませんでした。現在の設定をテストしてください。',
      person: '必要な属性を持つユーザー（Active Directoryアカウントを持つ一般のユーザー）でサインインしてください。',
    },
    finish: {
      title: '完了',
      administrator: (name) => `${name}さんに通知されます。設定内容の確認後に、接続が有効になります。`,
      anAdministrator: '管理者に通知されます。設定内容の確認後に、接続が有効になります。',
      live: '接続がすぐに有効になり、サインインできるようになります。',
      replaces: '現在サインインに使用されている設定が置き換えられます。',
      hand: '完了して引き渡す',
      makeLive: '完了して接続を有効にする',
      untested: 'テストせずに引き渡す',
      untestedHint: 'ご自身でテストできない場合に使用します。テストに合格するまで、接続は有効になりません。',
    },
    done: {
      passed: {
        title: '完了しました。ありがとうございました。',
        text: (name) => `${name}にメールで通知しました。設定内容の確認後に、接続が有効になります。`,
      },
      live: {
        title: '接続が有効になりました',
        text: (name) => `この接続でサインインできるようになりました。${name}にメールで通知しました。`,
      },
      untested: {
        title: '引き渡しました',
        text: (name) => `設定が入力され、テストサインインがまだであることを、${name}にメールで通知しました。`,
      },
      administrator: '管理者',
      close: 'このリンクは無効になりました。ページを閉じてかまいません。',
    },
  },
});
