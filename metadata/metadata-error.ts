/** The closed list of why a SAML metadata document cannot be used. The message is for the person who gave it. */
export const metadataErrorCodes = [
  // the document
  'too_large',
  'encoding_unsupported',
  'not_well_formed',
  'doctype_refused',
  'processing_instruction_refused',
  'structure_too_big',
  'not_metadata',
  // the entity
  'several_entities',
  'entity_not_found',
  'entity_id_missing',
  'not_an_identity_provider',
  'saml2_unsupported',
  // what we need of it
  'sign_on_endpoint_missing',
  'sign_on_endpoint_invalid',
  'certificate_missing',
  'certificate_unusable',
  'too_many_certificates',
] as const;
export type MetadataErrorCode = (typeof metadataErrorCodes)[number];

export class MetadataError extends Error {
  readonly code: MetadataErrorCode;
  constructor(code: MetadataErrorCode, message: string) {
    super(message);
    this.name = 'MetadataError';
    this.code = code;
  }
}
