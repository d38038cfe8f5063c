/** Why a metadata document is refused, by the reader's code. Called by `console/` and `accounts/setup/`. */
import type { MetadataErrorCode } from '../../../metadata/metadata-error.ts';
import { translations } from '../../core/language.ts';

const en: Readonly<Record<MetadataErrorCode, string>> = {
  too_large: 'The document is too large.',
  encoding_unsupported: 'The document is not in UTF-8.',
  not_well_formed: 'The document is not well-formed XML.',
  doctype_refused: 'The document has a DOCTYPE, which is refused for safety.',
  processing_instruction_refused: 'The document has a processing instruction, which is refused.',
  structure_too_big: 'The document is too big in parts.',
  not_metadata: 'The document is no SAML metadata.',
  several_entities: 'The document describes this identity provider more than once.',
  entity_not_found: 'The identity provider is not in the document.',
  entity_id_missing: 'The description has no entity ID.',
  not_an_identity_provider: 'The document describes no identity provider.',
  saml2_unsupported: 'The identity provider does not support SAML 2.0.',
  sign_on_endpoint_missing: 'The identity provider names no address for signing in.',
  sign_on_endpoint_invalid: 'The address for signing in cannot be used.',
  certificate_missing: 'The identity provider publishes no signing certificate.',
  certificate_unusable: 'No signing certificate can be used.',
  too_many_certificates: 'The identity provider has too many signing certificates.',
};
const ja: Readonly<Record<MetadataErrorCode, string>> = {
  too_large: 'ドキュメントが大きすぎます（10 MiBまで）。',
  encoding_unsupported: 'ドキュメントがUTF-8ではありません。UTF-8で保存し直してください。',
  not_well_formed: '正しい形式のXMLではありません。',
  doctype_refused: 'DOCTYPEが含まれています。安全のため受け付けられません。',
  processing_instruction_refused: '処理命令が含まれています。削除してください。',
  structure_too_big: '要素や属性の数が多すぎます。',
  not_metadata: 'SAMLメタデータではありません。',
  several_entities: 'このIDプロバイダーがドキュメント内で重複しています。',
  entity_not_found: 'このIDプロバイダーはドキュメントに含まれていません。',
  entity_id_missing: 'エンティティIDがありません。',
  not_an_identity_provider: 'IDプロバイダーのメタデータではありません。',
  saml2_unsupported: 'このIDプロバイダーはSAML 2.0に対応していません。',
  sign_on_endpoint_missing: 'サインイン用のURLがありません。',
  sign_on_endpoint_invalid: 'サインイン用のURLを使用できません。',
  certificate_missing: '署名証明書が公開されていません。',
  certificate_unusable: '使用できる署名証明書がありません。',
  too_many_certificates: '署名証明書が多すぎます。',
};

export const metadataProblems = translations({ en, ja });
