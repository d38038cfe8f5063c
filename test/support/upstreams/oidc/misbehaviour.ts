/** What a simulated upstream can be told to do wrong, once each, in the order told. */
const misbehaviours = [
  // documents
  'document-foreign-issuer',
  'document-missing',
  'document-insecure-keys',
  'keys-empty',
  'keys-many',
  'keys-huge',
  'never-answers',
  // the answer to the browser
  'access-denied',
  'server-error',
  'error-with-markup',
  'response-issuer-missing',
  'response-issuer-foreign',
  // consent of a tenant
  'consent-refused',
  'consent-foreign-tenant',
  // the token endpoint
  'client-refused',
  'credential-expired',
  'code-refused',
  'token-answer-huge',
  'token-answer-not-json',
  'id-token-missing',
  // the ID token
  'issuer-foreign',
  'issuer-trailing-slash',
  'issuer-other-case',
  'nonce-wrong',
  'nonce-missing',
  'signature-foreign-key',
  'signature-embedded-key',
  'signature-corrupt',
  'key-unknown',
  'key-unnamed',
  'alg-none',
  'alg-hs256-public-key',
  'audience-foreign',
  'audience-list-foreign-azp',
  'azp-foreign',
  'expired',
  'expires-in-ten-years',
  'issued-long-ago',
  'issued-in-the-future',
  'clock-fast',
  'clock-slow',
  'auth-time-stale',
  'auth-time-missing',
  'subject-missing',
  'attributes-missing',
  'attributes-in-userinfo-only',
  'tenant-foreign',
  'tenant-claim-foreign',
  // Okta's API
  'users-forbidden',
  'groups-forbidden',
  'directory-throttled',
  'next-page-elsewhere',
  // userinfo and Graph
  'userinfo-foreign-subject',
  'userinfo-refused',
  'graph-throttled',
  'graph-throttled-briefly',
  'graph-foreign-next-link',
  'graph-refused',
  'graph-foreign-person',
] as const;
export type Misbehaviour = (typeof misbehaviours)[number];

/** A queue of one-time faults. */
export function createMisbehaviours() {
  const pending: Misbehaviour[] = [];
  return {
    next(kind: Misbehaviour): void {
      pending.push(kind);
    },
    /** True once for each time it was asked for. */
    takes(kind: Misbehaviour): boolean {
      const at = pending.indexOf(kind);
      if (at === -1) return false;
      pending.splice(at, 1);
      return true;
    },
  };
}
