/** Texts of the pages that connect a tenant by its own administrator's consent (AAD-1, AAD-6). */
import { translations } from '../../core/language.ts';

export const tenantMessages = translations({
  en: {
    title: 'Tenant',
    lead: 'The tenant at Microsoft whose people sign in by this connection, and what this service may do there.',
    tenant: 'Connected tenant',
    tenantId: 'Tenant ID',
    connected: 'Connected',
    by: (name: string) => `by ${name}`,
    notProven: 'This tenant was entered by hand. Nobody has connected it yet, so its directory is not read.',
    none: 'No tenant is connected yet',
    noneText: 'A Global Administrator of the tenant connects it at Microsoft. It takes three steps:',
    steps: [
      'They accept the permissions that Microsoft lists, for their whole organization.',
      'They sign in once more. This shows which tenant it is, and that they may decide for it.',
      'You come back here, and test the connection.',
    ],
    connect: 'Connect at Microsoft',
    reconnect: 'Reconnect',
    reconnectText:
      'Reconnecting asks a Global Administrator for the permissions again. People go on signing in meanwhile. To connect another tenant, disconnect this one first.',
    next: 'Go on to the connection',
    ownRegistration:
      'This connection uses an app registration of your own. Its tenant is let in there, so nothing has to be connected here.',
    impossible:
      'The operator of this service has set up no application at Microsoft. Enter an app registration of your own in the settings.',
    citrixOnly:
      'Only an administrator with full access who signed in with the Citrix identity may connect or reconnect Azure AD. You signed in another way.',
    permissions: 'Permissions',
    permissionsLead: 'What this service needs in the tenant, against what has been granted.',
    application: (id: string) => `Application ${id}`,
    uses: {
      subscribers: 'Subscribers sign in',
      directory: 'Directory of users and groups',
      administrators: 'Administrators are invited and sign in',
    },
    caption: (uses: string) => `Permissions of the application for: ${uses}`,
    permission: 'Permission',
    type: 'Type',
    types: { delegated: 'Delegated', application: 'Application' },
    state: 'State',
    granted: 'Granted',
    missing: 'Missing',
    notThere: 'The tenant has not let this application in. Reconnect.',
    allGranted: 'Everything that is needed has been granted.',
    someMissing: 'Permissions are missing. Reconnect, and accept all of them.',
    notTold:
      'Microsoft Graph does not tell what has been granted, because the directory application may not read it (it would need Application.Read.All and DelegatedPermissionGrant.Read.All). The connection works without.',
    throttled: (seconds: number | undefined) =>
      seconds === undefined
        ? 'Microsoft asked us to wait. Try again in a few minutes.'
        : `Microsoft asked us to wait. Try again in ${seconds} seconds.`,
    leaveTitle: 'Continue at Microsoft',
    leaveLead: (name: string) => `To connect ${name}, a Global Administrator of the tenant goes on from here.`,
    leave: 'Continue at Microsoft',
    leaveNote: 'You come back here by yourself. The way is open for 15 minutes, in this browser only.',
    leaveOver: 'This way to Microsoft is no longer open. Begin again.',
    refused: 'The tenant was not connected',
    expected: 'Expected',
    received: 'Received',
    remedy: 'What to do',
    differs:
      'This connection is live with another tenant. Disconnect it before you connect it to this one: the people of the other tenant would lose their way in.',
    conflict: 'Somebody else has changed this connection meanwhile. Look at it, and connect again.',
    otherSession:
      'This was begun in another session, or by somebody else. Nothing was changed. Begin again from this page.',
    used: 'This answer has been used already, or came too late. Begin again from this page.',
  },
  ja: {
    title: 'テナント',
    lead: 'この接続でサインインするユーザーが所属するMicrosoftのテナントと、そこで許可されている操作です。',
    tenant: '接続中のテナント',
    tenantId: 'テナントID',
    connected: '接続日時',
    by: (name) => `（${name}）`,
    notProven: 'このテナントIDは手動で入力されたもので、まだ接続されていません。ディレクトリは読み取りません。',
    none: 'テナントはまだ接続されていません',
    noneText: 'テナントのグローバル管理者が、Microsoftで接続します。次の3つの手順で行います。',
    steps: [
      'Microsoftの画面に表示されるアクセス許可を、組織全体に対して承諾します。',
      'もう一度サインインします。これにより、テナントと管理者の権限を確認します。',
      'この画面に戻り、接続をテストします。',
    ],
    connect: 'Microsoftで接続する',
    reconnect: '再接続',
    reconnectText:
      '再接続すると、グローバル管理者にアクセス許可の承諾を再度求めます。その間もサインインできます。別のテナントに接続する場合は、先にこの接続を切断してください。',
    next: '接続の画面へ進む',
    ownRegistration:
      'この接続は独自のアプリ登録を使用しています。許可はそのアプリ登録で行うため、ここでの接続は不要です。',
    impossible:
      'このサービスの運用者は、Microsoftにアプリケーションを登録していません。設定で独自のアプリ登録を入力してください。',
    citrixOnly:
      'Azure ADの接続と再接続は、Citrix IDでサインインしたフルアクセスの管理者だけが行えます。現在は別の方法でサインインしています。',
    permissions: 'アクセス許可',
    permissionsLead: 'このサービスが必要とするアクセス許可と、テナントで付与済みのアクセス許可です。',
    application: (id) => `アプリケーション ${id}`,
    uses: {
      subscribers: '利用者のサインイン',
      directory: 'ユーザーとグループのディレクトリ',
      administrators: '管理者の招待とサインイン',
    },
    caption: (uses) => `アプリケーションのアクセス許可（${uses}）`,
    permission: 'アクセス許可',
    type: '種類',
    types: { delegated: '委任', application: 'アプリケーション' },
    state: '状態',
    granted: '付与済み',
    missing: '未付与',
    notThere: 'このアプリケーションはテナントで許可されていません。再接続してください。',
    allGranted: '必要なアクセス許可はすべて付与されています。',
    someMissing: '不足しているアクセス許可があります。再接続して、すべて承諾してください。',
    notTold:
      'ディレクトリ用アプリケーションに読み取りの権限がないため、付与済みのアクセス許可をMicrosoft Graphから取得できません（Application.Read.AllとDelegatedPermissionGrant.Read.Allが必要です）。取得できなくても、接続は使用できます。',
    throttled: (seconds) =>
      seconds === undefined
        ? 'Microsoftから待機を求められました。数分後にもう一度お試しください。'
        : `Microsoftから待機を求められました。${seconds}秒後にもう一度お試しください。`,
    leaveTitle: 'Microsoftで続ける',
    leaveLead: (name) => `${name}を接続するには、テナントのグローバル管理者がここから操作を続けてください。`,
    leave: 'Microsoftへ進む',
    leaveNote: '完了すると、自動的にこの画面へ戻ります。有効期間は15分で、このブラウザーでのみ続行できます。',
    leaveOver: 'この手続きの有効期間が過ぎました。最初からやり直してください。',
    refused: 'テナントは接続されませんでした',
    expected: '期待した値',
    received: '受け取った値',
    remedy: '対処方法',
    differs:
      'この接続は別のテナントで使用中です。このテナントに接続するには、先に接続を切断してください。切断すると、元のテナントのユーザーはサインインできなくなります。',
    conflict: 'ほかの管理者がこの接続を変更しました。内容を確認してから、もう一度接続してください。',
    otherSession:
      'この手続きは別のセッションまたは別の人が開始したものです。変更は行われていません。この画面からやり直してください。',
    used: 'この応答はすでに使用されたか、有効期間を過ぎています。この画面からやり直してください。',
  },
});
