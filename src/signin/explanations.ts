/**
 * What can go wrong at an upstream, told three ways: to the person (vague, one of four pages), to the administrator
 * (what it means and who changes what) and to the log (how loud). A code without all three, or without one of the
 * languages, does not compile.
 */
import type { ProviderErrorCode } from '../../providers/errors.ts';
import type { Text } from '../../providers/provider.ts';

export interface Explanation {
  /** Which page the person sees; every page carries the reference code and nothing exact (CLM-1). */
  person: 'denied' | 'failed' | 'unreachable' | 'reauthentication';
  /** What it means, for somebody who administers the connection. Expected and received stand beside it. */
  meaning: Text;
  /** Who has to do what. */
  remedy: Text;
  level: 'info' | 'warn';
}

const row = (
  person: Explanation['person'],
  meaning: Text,
  remedy: Text,
  level: Explanation['level'] = 'warn',
): Explanation => ({ person, meaning, remedy, level });

const text = (en: string, ja: string): Text => ({ en, ja });

const retry = text(
  'Nobody, if it passes. Otherwise whoever runs the network between here and the provider: look at the provider’s status page, at name resolution and at firewalls.',
  '一時的なものであれば対応は不要です。続く場合は、ネットワークの管理者が、プロバイダーの稼働状況、名前解決、ファイアウォールを確認してください。',
);
const provider = text(
  'The administrator of the identity provider, in its application for this service.',
  'IDプロバイダーの管理者が、このサービス用に登録したアプリケーションの設定を確認してください。',
);
const connection = text(
  'An administrator here, in the settings of the connection.',
  'こちらの管理者が、接続の設定を確認してください。',
);
const suspicious = text(
  'Nobody. If it repeats, find out who sends such messages.',
  '対応は不要です。繰り返す場合は、このようなメッセージの送信元を調べてください。',
);
const synchronise = text(
  'Whoever runs the machine whose clock is wrong: set up time synchronisation (NTP).',
  '時刻が誤っているサーバーの管理者が、時刻同期（NTP）を設定してください。',
);
const update = text(
  'The administrator of the identity provider: this points to a fault or an unusual setting of its software.',
  'IDプロバイダーの管理者が確認してください。ソフトウェアの不具合または特殊な設定が考えられます。',
);

export const explanations: Record<ProviderErrorCode, Explanation> = {
  upstream_name_unknown: row(
    'unreachable',
    text('The provider’s host name does not exist in DNS.', 'プロバイダーのホスト名がDNSに存在しません。'),
    text(
      'An administrator here: correct the address in the settings of the connection. If it is right, whoever runs that domain publishes the name in the public DNS.',
      'こちらの管理者が、接続の設定でアドレスを修正してください。正しい場合は、ドメインの管理者が、その名前をパブリックDNSに登録してください。',
    ),
  ),
  upstream_unreachable: row(
    'unreachable',
    text('The provider could not be reached.', 'プロバイダーに接続できませんでした。'),
    retry,
  ),
  upstream_interrupted: row(
    'unreachable',
    text(
      'The provider closed the connection before its answer was complete.',
      'プロバイダーが応答の途中で接続を切断しました。',
    ),
    text(
      'Whoever runs the provider’s web server, or a proxy or load balancer before it: its log says why it closed the connection.',
      'プロバイダーのWebサーバー、またはその手前のプロキシやロードバランサーの管理者が、ログで切断の原因を確認してください。',
    ),
  ),
  upstream_tls: row(
    'unreachable',
    text('The provider’s TLS certificate was not accepted.', 'プロバイダーのTLS証明書を信頼できませんでした。'),
    text(
      'The administrator of the provider’s web server: install a valid certificate with its whole chain. For a private authority, an administrator here adds it to the connection.',
      'プロバイダーのWebサーバーの管理者が、中間証明書を含む有効な証明書を設定してください。社内認証局の場合は、こちらの管理者がそのCA証明書を接続に追加します。',
    ),
  ),
  upstream_tls_expired: row(
    'unreachable',
    text('The provider’s TLS certificate has expired.', 'プロバイダーのTLS証明書の有効期限が切れています。'),
    text(
      'The administrator of the provider’s web server: renew its TLS certificate.',
      'プロバイダーのWebサーバーの管理者が、TLS証明書を更新してください。',
    ),
  ),
  upstream_tls_name: row(
    'unreachable',
    text(
      'The provider’s TLS certificate is for another host name.',
      'プロバイダーのTLS証明書は別のホスト名に対して発行されています。',
    ),
    text(
      'An administrator here: enter the host name that the certificate names. Or the administrator of the provider’s web server installs a certificate for this one.',
      'こちらの管理者が、証明書に記載されたホスト名を入力してください。または、プロバイダーのWebサーバーの管理者が、このホスト名の証明書を設定してください。',
    ),
  ),
  upstream_timeout: row(
    'unreachable',
    text('The provider did not answer in time.', 'プロバイダーから時間内に応答がありませんでした。'),
    retry,
  ),
  upstream_redirected: row(
    'failed',
    text(
      'The provider’s address leads on to another address, which is never followed.',
      'プロバイダーのアドレスは別のアドレスに転送されます。転送先には接続しません。',
    ),
    text(
      'An administrator here: enter the address that the provider finally answers at.',
      'こちらの管理者が、プロバイダーが最終的に応答するアドレスを入力してください。',
    ),
  ),
  upstream_answer_too_large: row(
    'failed',
    text('The provider’s answer is too large.', 'プロバイダーの応答が大きすぎます。'),
    text(
      'The administrator of the provider looks at what answers at this address; such a document has a few kilobytes.',
      'プロバイダーの管理者が、このアドレスで応答しているものを確認してください。通常、この種のドキュメントは数キロバイトです。',
    ),
  ),
  upstream_answer_invalid: row(
    'failed',
    text(
      'The provider’s answer was not what the protocol asks for.',
      'プロバイダーの応答がプロトコルの規定と異なりました。',
    ),
    text(
      'An administrator here checks the address in the settings; the administrator of the provider looks at what answers there (a proxy or a maintenance page, for example).',
      'こちらの管理者が設定のアドレスを確認してください。プロバイダーの管理者は、そのアドレスで応答しているもの（プロキシやメンテナンスページなど）を確認してください。',
    ),
  ),
  upstream_address_refused: row(
    'unreachable',
    text(
      'The provider’s address is one that we do not connect to.',
      'プロバイダーのアドレスは、こちらから接続できないアドレスです。',
    ),
    text(
      'An administrator here: enter the provider’s public https address.',
      'こちらの管理者が、プロバイダーの公開されたhttpsアドレスを入力してください。',
    ),
  ),
  upstream_throttled: row(
    'unreachable',
    text('The provider asked us to slow down.', 'プロバイダーから要求の頻度を下げるよう求められました。'),
    text(
      'Nobody, if it passes: try again in a few minutes. If it stays, the administrator of the provider raises its rate limit for this service.',
      '数分後にもう一度お試しください。続く場合は、プロバイダーの管理者が、このサービスに対するレート制限を緩和してください。',
    ),
  ),
  discovery_missing: row(
    'failed',
    text(
      'No discovery document was found at the issuer.',
      '発行者のアドレスにディスカバリードキュメントが見つかりませんでした。',
    ),
    text(
      'An administrator here: correct the address of the provider in the settings of the connection. Or the administrator of the provider turns on OpenID Connect there.',
      'こちらの管理者が、接続の設定でプロバイダーのアドレスを修正してください。または、プロバイダーの管理者が、そのアドレスでOpenID Connectを有効にしてください。',
    ),
  ),
  discovery_incomplete: row(
    'failed',
    text(
      'The discovery document lacks endpoints or offers no acceptable signature algorithm.',
      'ディスカバリードキュメントに、必要なエンドポイントまたは使用できる署名アルゴリズムがありません。',
    ),
    update,
  ),
  discovery_issuer_mismatch: row(
    'failed',
    text(
      'The discovery document names another issuer.',
      'ディスカバリードキュメントに記載された発行者が、設定と異なります。',
    ),
    text(
      'An administrator here: enter the issuer exactly as the provider writes it; upper and lower case and a final slash count. Or the administrator of the provider corrects its issuer.',
      'こちらの管理者が、発行者をプロバイダーの表記どおりに入力してください（大文字と小文字、末尾のスラッシュも区別されます）。または、プロバイダーの管理者が発行者を修正してください。',
    ),
  ),
  keys_missing: row(
    'failed',
    text('The provider publishes no usable signing key.', 'プロバイダーが使用可能な署名鍵を公開していません。'),
    text(
      'The administrator of the identity provider: give it a signing certificate or key, so that its key set (jwks_uri) lists one.',
      'IDプロバイダーの管理者が署名用の証明書または鍵を設定し、鍵セット（jwks_uri）に公開されるようにしてください。',
    ),
  ),
  certificate_untrusted: row(
    'failed',
    text(
      'The certificate that the provider publishes with its signing key was not issued by an authority that is trusted here.',
      'プロバイダーが署名鍵とともに公開している証明書は、信頼された認証局から発行されたものではありません。',
    ),
    text(
      'The administrator of the identity provider: sign with a certificate of a public authority. Or an administrator here: add the private authority’s certificate to the connection.',
      'IDプロバイダーの管理者が、公的な認証局の証明書で署名するよう設定してください。社内認証局を使う場合は、こちらの管理者がそのCA証明書を接続に追加します。',
    ),
  ),
  domain_unconfirmed: row(
    'failed',
    text(
      'The address is not on one of the provider’s own domains, and nobody has confirmed that it is a custom domain.',
      'アドレスがプロバイダーのドメインではなく、カスタムドメインであることも確認されていません。',
    ),
    text(
      'An administrator here: correct the address, or say in the settings of the connection that it is a domain of your own.',
      'こちらの管理者が、アドレスを修正するか、接続の設定でカスタムドメインであることを指定してください。',
    ),
  ),
  redirect_refused: row(
    'failed',
    text(
      'The provider does not accept our redirect URI for this client.',
      'このクライアントに対して、こちらのリダイレクトURIがプロバイダーに受け入れられませんでした。',
    ),
    text(
      'The administrator of the identity provider: add our redirect URI to its application, character by character as shown.',
      'IDプロバイダーの管理者が、表示されているリダイレクトURIを、そのままアプリケーションに登録してください。',
    ),
  ),
  upstream_denied: row(
    'denied',
    text('The provider refused, or the person cancelled.', 'プロバイダーが拒否したか、利用者がキャンセルしました。'),
    text(
      'The person, or whoever assigns people to the application at the provider.',
      '利用者本人、またはプロバイダーでアプリケーションへの割り当てを行う管理者が確認してください。',
    ),
    'info',
  ),
  upstream_error: row(
    'failed',
    text('The provider answered with an error.', 'プロバイダーがエラーを返しました。'),
    provider,
  ),
  callback_invalid: row(
    'failed',
    text('The answer was incomplete or malformed.', '応答が不完全または不正な形式でした。'),
    suspicious,
  ),
  reauthentication_missing: row(
    'reauthentication',
    text(
      'The provider did not ask the person again although that was demanded.',
      '再認証を要求しましたが、プロバイダーは利用者に再度の認証を求めませんでした。',
    ),
    text(
      'The administrator of the identity provider; or switch off “always prompt” here (SES-5).',
      'IDプロバイダーの管理者が再認証への対応を設定するか、こちらで「毎回認証を求める」設定を無効にしてください。',
    ),
  ),
  client_refused: row(
    'failed',
    text(
      'The provider did not accept our client ID or secret.',
      'クライアントIDまたはシークレットがプロバイダーに受け入れられませんでした。',
    ),
    text(
      'An administrator here: enter client ID and secret again, as the provider shows them. The secret may have expired; then the administrator of the provider makes a new one.',
      'こちらの管理者が、プロバイダーに表示されているクライアントIDとシークレットを入力し直してください。シークレットの有効期限が切れている場合は、プロバイダーの管理者が新しいものを発行します。',
    ),
  ),
  client_credential_expired: row(
    'failed',
    text(
      'The secret or certificate that we prove ourselves with at the provider has expired.',
      'プロバイダーに対する認証に使うシークレットまたは証明書の有効期限が切れています。',
    ),
    text(
      'Whoever keeps the application at the provider makes a new secret or certificate; it is then entered in the connection, or, for the applications of this installation, in the operator’s configuration.',
      'プロバイダー側のアプリケーションの管理者が、新しいシークレットまたは証明書を作成してください。作成後、接続の設定に入力します。このサービス全体で使うアプリケーションの場合は、運用者が設定します。',
    ),
  ),
  token_refused: row(
    'failed',
    text(
      'The provider did not redeem the authorization code.',
      'プロバイダーが認可コードをトークンに引き換えませんでした。',
    ),
    provider,
  ),
  id_token_missing: row(
    'failed',
    text('The answer had no ID token.', '応答にIDトークンが含まれていませんでした。'),
    text(
      'The administrator of the identity provider: the application must be of the OpenID Connect kind and allow the scope openid.',
      'IDプロバイダーの管理者が、アプリケーションの種類をOpenID Connectとし、スコープopenidを許可してください。',
    ),
  ),
  id_token_malformed: row(
    'failed',
    text('The ID token could not be read.', 'IDトークンを読み取れませんでした。'),
    update,
  ),
  id_token_algorithm_refused: row(
    'failed',
    text(
      'The ID token is signed with an algorithm that is not accepted.',
      'IDトークンの署名アルゴリズムは受け入れられません。',
    ),
    text(
      'The administrator of the identity provider: have ID tokens signed with RS256 (or another of the expected algorithms).',
      'IDプロバイダーの管理者が、IDトークンの署名アルゴリズムをRS256（または「期待した値」のいずれか）に設定してください。',
    ),
  ),
  id_token_signature_invalid: row(
    'failed',
    text(
      'The signature of the ID token does not match the published keys.',
      'IDトークンの署名が、公開されている鍵と一致しません。',
    ),
    text(
      'The administrator of the identity provider: publish the key that signs (jwks_uri). After a change of keys this can take minutes.',
      'IDプロバイダーの管理者が、署名に使用している鍵を公開してください（jwks_uri）。鍵の更新直後は、反映に数分かかることがあります。',
    ),
  ),
  id_token_issuer_mismatch: row(
    'failed',
    text('The ID token was issued by somebody else.', 'IDトークンの発行者が、接続しているプロバイダーと異なります。'),
    text(
      'An administrator here: enter the issuer as tokens name it. Or the administrator of the provider sets the issuer of tokens to the one of its discovery document.',
      'こちらの管理者が、トークンに記載されている発行者を設定に入力してください。または、プロバイダーの管理者が、トークンの発行者をディスカバリードキュメントと同じ値にしてください。',
    ),
  ),
  id_token_audience_mismatch: row(
    'failed',
    text('The ID token is meant for another application.', 'IDトークンは別のアプリケーション宛てに発行されています。'),
    text(
      'The administrator of the identity provider: set the audience of ID tokens to the client ID. An administrator here makes sure that the client ID is of that application.',
      'IDプロバイダーの管理者が、IDトークンの対象者（Audience）をクライアントIDに設定してください。こちらの管理者は、クライアントIDがそのアプリケーションのものか確認してください。',
    ),
  ),
  id_token_expired: row(
    'failed',
    text('The ID token had expired.', 'IDトークンの有効期限が切れていました。'),
    synchronise,
  ),
  id_token_nonce_mismatch: row(
    'failed',
    text('The ID token answers another sign-in.', 'IDトークンは別のサインインに対する応答です。'),
    suspicious,
  ),
  id_token_too_old: row(
    'failed',
    text('The ID token was issued too long ago.', 'IDトークンの発行から時間が経ちすぎています。'),
    synchronise,
  ),
  clock_skew: row(
    'failed',
    text('The provider’s clock and ours differ too much.', 'プロバイダーの時刻とこちらの時刻が大きくずれています。'),
    synchronise,
  ),
  issuer_parameter_mismatch: row(
    'failed',
    text('The answer came from another issuer than the one asked.', '要求先とは異なる発行者から応答が届きました。'),
    suspicious,
  ),
  subject_missing: row(
    'failed',
    text('The provider did not say who the person is.', 'プロバイダーが利用者の識別子を返しませんでした。'),
    update,
  ),
  tenant_mismatch: row(
    'failed',
    text(
      'The person belongs to another tenant than the connected one.',
      '利用者が、接続しているテナントとは別のテナントに所属しています。',
    ),
    text(
      'The person: sign in with an account of the connected tenant.',
      '利用者が、接続しているテナントのアカウントでサインインしてください。',
    ),
  ),
  guest_refused: row(
    'failed',
    text('The account is a guest in the tenant.', 'このアカウントはテナントのゲストです。'),
    text(
      'The person: sign in with a member account.',
      '利用者が、テナントのメンバーアカウントでサインインしてください。',
    ),
  ),
  consent_refused: row(
    'denied',
    text('The permissions were not accepted at Microsoft.', 'Microsoftでアクセス許可が承諾されませんでした。'),
    text(
      'A Global Administrator of the tenant: connect again and accept the permissions that are listed.',
      'テナントのグローバル管理者が、もう一度接続して、表示されるアクセス許可を承諾してください。',
    ),
    'info',
  ),
  role_missing: row(
    'denied',
    text(
      'Whoever signed in at Microsoft is neither Global Administrator nor Privileged Role Administrator there, or their role could not be read.',
      'Microsoftでサインインしたユーザーがグローバル管理者でも特権ロール管理者でもないか、ロールを読み取れませんでした。',
    ),
    text(
      'A Global Administrator of the tenant has to connect it. The operator: let the tokens of the directory application carry directory roles (wids).',
      'テナントのグローバル管理者が接続してください。運用者は、ディレクトリ用アプリケーションのトークンにディレクトリロール（wids）が含まれるよう設定してください。',
    ),
  ),
  userinfo_refused: row(
    'failed',
    text('The provider did not answer the userinfo request.', 'プロバイダーがuserinfoの要求に応答しませんでした。'),
    provider,
  ),
  userinfo_subject_mismatch: row(
    'failed',
    text('Userinfo spoke of another person than the ID token.', 'userinfoの利用者が、IDトークンの利用者と異なります。'),
    update,
  ),
  directory_refused: row(
    'failed',
    text(
      'The provider’s directory did not answer; permissions may be missing.',
      'プロバイダーのディレクトリを読み取れませんでした。アクセス許可が不足している可能性があります。',
    ),
    text(
      'An administrator of the provider’s directory: grant the permissions again, or make a new API token.',
      'プロバイダーのディレクトリの管理者が、アクセス許可を付与し直すか、新しいAPIトークンを発行してください。',
    ),
  ),
  directory_token_refused: row(
    'failed',
    text('The provider did not accept the API token.', 'プロバイダーがAPIトークンを受け付けませんでした。'),
    text(
      'The administrator of the identity provider: create a new API token (Okta revokes one that has not been used for 30 days). Then an administrator here enters it in the connection.',
      'IDプロバイダーの管理者が新しいAPIトークンを発行し、こちらの管理者が接続に入力してください（Oktaでは30日間使用されないトークンは無効になります）。',
    ),
  ),
  saml_malformed: row(
    'failed',
    text('The SAML response could not be read.', 'SAML応答を読み取れませんでした。'),
    suspicious,
  ),
  saml_too_large: row(
    'failed',
    text('The SAML response is too large.', 'SAML応答が大きすぎます。'),
    text(
      'The administrator of the identity provider: send fewer attributes; most often only the groups that matter here.',
      'IDプロバイダーの管理者が、送信する属性を減らしてください。多くの場合、必要なグループのみを送信することで解決します。',
    ),
  ),
  saml_structure_refused: row(
    'failed',
    text('The SAML response has a structure that is not accepted.', 'SAML応答の構造は受け入れられません。'),
    suspicious,
  ),
  saml_algorithm_refused: row(
    'failed',
    text(
      'The response uses an algorithm that is not accepted (SHA-256 or better is needed).',
      '応答のアルゴリズムは受け入れられません（SHA-256以上が必要です）。',
    ),
    text(
      'The administrator of the identity provider: sign with RSA-SHA256.',
      'IDプロバイダーの管理者が、署名アルゴリズムをRSA-SHA256に設定してください。',
    ),
  ),
  saml_signature_missing: row(
    'failed',
    text(
      'What the connection requires to be signed was not signed.',
      '接続で署名を必須としている部分が署名されていませんでした。',
    ),
    text(
      'The administrator of the identity provider: sign what is expected. Or an administrator here requires a signature that the provider makes.',
      'IDプロバイダーの管理者が、必要な部分に署名するよう設定してください。または、こちらの管理者が、プロバイダーが行う署名に合わせて設定を変更してください。',
    ),
  ),
  saml_signature_invalid: row(
    'failed',
    text(
      'The signature does not match the connection’s certificates.',
      '署名が、接続に登録された証明書と一致しません。',
    ),
    text(
      'An administrator here: import the provider’s current metadata; its certificate may have changed.',
      'こちらの管理者が、プロバイダーの最新のメタデータを取り込んでください。証明書が更新された可能性があります。',
    ),
  ),
  saml_certificate_expired: row(
    'failed',
    text(
      'The provider’s signing certificate has expired or is not valid yet.',
      'プロバイダーの署名証明書の有効期限が切れているか、まだ有効ではありません。',
    ),
    text(
      'The administrator of the identity provider: make a new signing certificate. Then an administrator here imports the new metadata.',
      'IDプロバイダーの管理者が新しい署名証明書を作成し、こちらの管理者が新しいメタデータを取り込んでください。',
    ),
  ),
  saml_status: row(
    'denied',
    text(
      'The provider answered that the sign-in did not succeed.',
      'プロバイダーから、サインインに失敗したとの応答がありました。',
    ),
    text(
      'The administrator of the identity provider: its own log says why it refused our request.',
      'IDプロバイダーの管理者が、プロバイダー側のログで拒否の理由を確認してください。',
    ),
  ),
  saml_unsolicited: row(
    'failed',
    text(
      'Nobody asked for this response (identity-provider-initiated).',
      'こちらから要求していない応答です（IdP起点のサインイン）。',
    ),
    text(
      'The person: open the workspace URL. The administrator: point the tile at the workspace URL (SML-4).',
      '利用者はワークスペースURLを開いてください。管理者は、ポータルのタイルにワークスペースURLを設定してください。',
    ),
    'info',
  ),
  saml_version_refused: row(
    'failed',
    text('The message is not SAML 2.0.', 'メッセージがSAML 2.0ではありません。'),
    text(
      'The administrator of the identity provider: set the application to SAML 2.0.',
      'IDプロバイダーの管理者が、アプリケーションのプロトコルをSAML 2.0に設定してください。',
    ),
  ),
  saml_issuer_mismatch: row(
    'failed',
    text(
      'The response was issued by another entity than the connected one.',
      '応答の発行者が、接続しているエンティティと異なります。',
    ),
    text(
      'An administrator here: correct the identity provider’s entity ID, or import its metadata again.',
      'こちらの管理者が、IDプロバイダーのエンティティIDを修正するか、メタデータを取り込み直してください。',
    ),
  ),
  saml_destination_mismatch: row(
    'failed',
    text('The response is addressed to another place.', '応答の送信先（Destination）が異なります。'),
    text(
      'The administrator of the identity provider: enter our ACS URL, character by character, as the address that responses are sent to.',
      'IDプロバイダーの管理者が、応答の送信先として、こちらのACS URLをそのまま登録してください。',
    ),
  ),
  saml_recipient_mismatch: row(
    'failed',
    text('The assertion is addressed to another recipient.', 'アサーションの受信者（Recipient）が異なります。'),
    text(
      'The administrator of the identity provider: set the recipient to our ACS URL.',
      'IDプロバイダーの管理者が、受信者（Recipient）にこちらのACS URLを設定してください。',
    ),
  ),
  saml_in_response_to_mismatch: row(
    'failed',
    text('The response answers another request.', '応答が別の要求に対するものです。'),
    suspicious,
  ),
  saml_audience_mismatch: row(
    'failed',
    text('The assertion is meant for another audience.', 'アサーションの対象者（Audience）が異なります。'),
    text(
      'The administrator of the identity provider: set the audience to our entity ID.',
      'IDプロバイダーの管理者が、対象者（Audience）にこちらのエンティティIDを設定してください。',
    ),
  ),
  saml_condition_unknown: row(
    'failed',
    text(
      'The assertion has a condition that is not understood.',
      'アサーションに解釈できない条件（Condition）が含まれています。',
    ),
    update,
  ),
  saml_conditions_missing: row(
    'failed',
    text('The assertion lacks its conditions.', 'アサーションに有効期間などの条件（Conditions）がありません。'),
    update,
  ),
  saml_subject_missing: row(
    'failed',
    text(
      'The assertion does not say who the person is in a way that lasts.',
      'アサーションに、利用者を継続的に識別できる情報がありません。',
    ),
    text(
      'The administrator of the identity provider: send one NameID that stays the same for a person (persistent).',
      'IDプロバイダーの管理者が、利用者ごとに変わらないNameID（persistent形式）を送信するよう設定してください。',
    ),
  ),
  saml_confirmation_missing: row(
    'failed',
    text(
      'The assertion has no valid bearer confirmation.',
      'アサーションに有効なベアラー確認（SubjectConfirmation）がありません。',
    ),
    update,
  ),
  saml_expired: row(
    'failed',
    text('The assertion had expired.', 'アサーションの有効期限が切れていました。'),
    synchronise,
  ),
  saml_not_yet_valid: row(
    'failed',
    text(
      'The assertion is not valid yet; clocks may differ.',
      'アサーションがまだ有効になっていません。時刻がずれている可能性があります。',
    ),
    synchronise,
  ),
  saml_too_old: row(
    'failed',
    text('The assertion was issued too long ago.', 'アサーションの発行から時間が経ちすぎています。'),
    synchronise,
  ),
  saml_statement_missing: row(
    'failed',
    text(
      'The assertion does not say how the person authenticated.',
      'アサーションに認証方法の情報（AuthnStatement）がありません。',
    ),
    update,
  ),
  saml_context_mismatch: row(
    'failed',
    text('The person did not authenticate in the required way.', '利用者が、要求された方法で認証されていません。'),
    text(
      'The administrator of the identity provider: offer the required authentication context. Or an administrator here requires another one.',
      'IDプロバイダーの管理者が、要求された認証コンテキストに対応させてください。または、こちらの管理者が、要求する認証コンテキストを変更してください。',
    ),
  ),
  saml_encryption_refused: row(
    'failed',
    text(
      'The assertion is encrypted, or is not, other than the connection allows.',
      'アサーションの暗号化の有無または方式が、接続の設定と異なります。',
    ),
    text(
      'The administrator of the identity provider: switch encryption off, or to AES-GCM and RSA-OAEP. Or an administrator here changes what the connection accepts.',
      'IDプロバイダーの管理者が、暗号化を無効にするか、AES-GCMとRSA-OAEPに変更してください。または、こちらの管理者が、接続で許可する暗号化を変更してください。',
    ),
  ),
  saml_replayed: row(
    'failed',
    text('This response had been used before.', 'この応答はすでに使用されています。'),
    suspicious,
  ),
  saml_attribute_refused: row(
    'failed',
    text('An attribute of the assertion is not acceptable.', 'アサーションの属性に受け入れられないものがあります。'),
    text(
      'The administrator of the identity provider: correct this attribute in the attribute mapping.',
      'IDプロバイダーの管理者が、属性マッピングでこの属性を修正してください。',
    ),
  ),
  settings_invalid: row(
    'failed',
    text('The connection’s settings are not usable.', '接続の設定が使用できない状態です。'),
    connection,
  ),
};
