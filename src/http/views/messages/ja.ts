/** 共通の文言(日本語)。英数字と和文の間隔はスタイルシートの text-autospace に任せ、空白は入れません。 */
import type { sharedEnglish } from './en.ts';

export const sharedJapanese: typeof sharedEnglish = {
  skipToContent: '本文へ移動',
  language: '言語',
  menu: 'メニュー',
  close: '閉じる',
  copy: 'コピー',
  copied: 'コピーしました',
  copyValue: (label) => `${label}をコピー`,
  show: '表示',
  hide: '非表示',
  cancel: 'キャンセル',
  continue: '続ける',
  optional: '任意',
  signOut: 'サインアウト',
  yes: 'はい',
  no: 'いいえ',
  none: 'なし',
  notSet: '未設定',
  hidden: '設定済み（表示されません）',
  previous: '前へ',
  next: '次へ',
  pages: 'ページ',
  breadcrumbs: '現在の位置',
  errorPrefix: 'エラー：',
  errorSummary: (count) => (count === 1 ? '入力内容をご確認ください' : `${count}か所の入力内容をご確認ください`),
  referenceCode: '参照コード',
  referenceTime: '時刻',
  referenceHint: 'お困りの場合は、このコードを管理者にお伝えください。ログから正確な原因を確認できます。',

  duration: {
    days: (count) => `${count}日`,
    hours: (count) => `${count}時間`,
    minutes: (count) => `${count}分`,
    lessThanAMinute: '1分未満',
    separator: '',
  },

  wayOn: {
    workspace: (organization) => `${organization}のワークスペースを開く`,
    console: '管理コンソールへ',
    signIn: 'サインインページへ',
    application: (name) => `${name}を開く`,
    tryAgain: 'もう一度試す',
    signInAgain: 'もう一度サインインする',
    startAgainAt: (name) => `${name}に戻り、最初からやり直してください。`,
    startAgain: 'ご利用元のアプリケーションに戻り、最初からやり直してください。',
  },

  limit: {
    absolute: 'セッションの有効期限',
    inactivity: '無操作によるタイムアウト',
    upstream: 'IDプロバイダーが定めた期限',
  },

  session: {
    signedIn: 'サインイン日時',
    ends: '終了予定',
    endsBecause: '終了の条件',
    remaining: (duration) => `あと${duration}`,
    inactivityAfter: '無操作時のサインアウト',
    inactivityOff: '制限なし',
    atTheLatest: '遅くとも',
  },

  methods: {
    pwd: 'パスワード',
    otp: 'ワンタイムコード',
    mfa: '多要素認証',
    mca: '別の手段（メールなど）で届いたコード',
    hwk: 'セキュリティキーまたはパスキー',
    swk: 'ソフトウェアキー',
    fpt: '指紋認証',
    face: '顔認証',
    user: '本人確認操作',
    kba: '秘密の質問',
    sms: 'SMSコード',
    tel: '電話確認',
    wia: 'Windowsサインイン',
    rsa: '証明書または鍵',
    sc: 'スマートカード',
    pin: 'PIN',
  },

  sessionWarning: {
    title: '操作を続けますか？',
    text: 'しばらく操作がないため、セキュリティ保護のためまもなくサインアウトします。',
    remaining: '残り時間',
    stay: 'サインインしたままにする',
  },

  signedOut: {
    title: 'サインアウトしました',
    signed_out: 'サインアウトが完了しました。このウィンドウは閉じて構いません。',
    inactivity: 'しばらく操作がなかったため、サインアウトしました。',
    absolute: 'セッションの有効期限に達したため、サインアウトしました。',
    upstream: 'IDプロバイダーが定めた期限に達したため、サインアウトしました。',
    revoked: '別の端末やウィンドウからのご自身の操作、または管理者の操作により、このセッションは終了しました。',
    removed: 'アクセス権が削除されました。心当たりがない場合は、組織の管理者にお問い合わせください。',
    credentials_changed:
      'サインイン情報が変更されたため、すべての端末からサインアウトしました。心当たりがない場合は、パスワードを再設定し、組織の管理者にお知らせください。',
    replaced: 'このブラウザーで別のアカウントがサインインしたため、セッションが置き換えられました。',
    unknown: 'セッションは終了しています。',
    elsewhere:
      'IDプロバイダーにはサインインしたままの可能性があります。共用の端末では、ブラウザーのウィンドウをすべて閉じてください。',
  },

  error: {
    generic: {
      title: '問題が発生しました',
      text: '処理を完了できませんでした。何も変更されていません。しばらくしてからもう一度お試しください。',
    },
    bad_request: {
      title: 'リクエストを読み取れませんでした',
      text: 'アドレスまたはフォームの内容が不完全か、古くなっています。前のページに戻り、再読み込みしてからお試しください。',
    },
    form_expired: {
      title: 'フォームの有効期限が切れました',
      text: 'セキュリティ保護のため、フォームは一定の時間内に、開いたブラウザーからのみ送信できます。ページを開き直してください。',
    },
    not_found: {
      title: 'ページが見つかりません',
      text: 'このアドレスにはページがありません。移動したか、アドレスの一部が欠けている可能性があります。',
    },
    forbidden: {
      title: 'このページを表示する権限がありません',
      text: 'サインインは完了していますが、このページの表示は許可されていません。権限の変更は、フルアクセス権を持つ管理者が行えます。',
    },
    signed_out: {
      title: 'もう一度サインインしてください',
      text: 'セッションが終了していたため、処理を完了できませんでした。',
    },
    conflict: {
      title: 'ほかの方が内容を変更しました',
      text: '保存は行われていません。ページを開き直して最新の内容を確認し、もう一度変更してください。',
    },
    too_many_requests: {
      title: '試行回数が多すぎます',
      text: '短時間に受け付けられる数を超えるリクエストがありました（お使いのネットワークアドレスから、またはサービス全体で）。失われた情報はありません。しばらくお待ちください。',
    },
    unavailable: {
      title: '現在サービスをご利用いただけません',
      text: '現在サインインできません。復旧作業を進めています。データは失われていません。',
    },
    request_refused: {
      title: 'サインイン要求を受け付けられません',
      text: 'アプリケーションから送られた要求に安全に応答できません。アプリケーションの担当者は、参照コードから原因を確認できます。',
    },
    retryIn: (duration) => `${duration}後にもう一度お試しください。`,
  },
};
