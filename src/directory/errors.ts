/** What the directory refuses, as a closed list. Codes are for callers; the text names the fact, for logs and the CLI. */
import type { ZodError } from 'zod';

export const directoryErrorCodes = [
  'not_found',
  'version_conflict',
  'name_invalid',
  'name_reserved',
  'name_taken',
  'settings_invalid',
  'connection_file_invalid',
  'document_invalid',
  'connection_not_live',
  'connection_in_use',
  'draft_incomplete',
  'draft_not_passed',
  'citrix_identity_needed',
  'tenant_differs',
  'tenant_not_proven',
  'setup_link_over',
  'identifier_taken',
  'email_invalid',
  'email_taken',
  'password_refused',
  'access_refused',
  'already_administrator',
  'already_invited',
  'last_administrator',
  'own_access',
  'not_permitted',
  'invitation_over',
  'invitation_changed',
  'too_many_sendings',
  'client_metadata_invalid',
  'passkey_refused',
  'passkey_limit',
  'last_factor',
  'limit_reached',
  'too_busy',
] as const;
export type DirectoryErrorCode = (typeof directoryErrorCodes)[number];

/** One thing that is wrong with what was handed in. `path` is a key path (`settings.issuer`), empty for the whole. */
export interface Problem {
  path: string;
  message: string;
}

export class DirectoryError extends Error {
  readonly code: DirectoryErrorCode;
  /** Every problem at once; empty when the message says it all. */
  readonly problems: readonly Problem[];
  constructor(code: DirectoryErrorCode, message: string, problems: readonly Problem[] = []) {
    super(message);
    this.name = 'DirectoryError';
    this.code = code;
    this.problems = problems;
  }
}

/** Zod's issues as problems with key paths; each unknown key is a problem of its own. */
export function problemsOf(error: ZodError, prefix = ''): Problem[] {
  return error.issues.flatMap((issue) => {
    const path = [...(prefix ? [prefix] : []), ...issue.path.map(String)].join('.');
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
    return issue.keys.map((key) => ({ path: path ? `${path}.${key}` : key, message: 'unknown key' }));
  });
}
