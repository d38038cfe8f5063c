/** The closed list of what is recorded (SPEC LOG-4, `service/object/action`): vendor's names where it has them. */

export const systemEvents = [
  'platform/session/create',
  'platform/session/end',
  'platform/signin/failed',
  'platform/organization/create',
  'platform/organization/settings',
  'platform/connection/create',
  'platform/connection/makelive',
  'platform/application/create',
  'platform/application/delete',
  'platform/identity/create',
  'platform/administrator/create',
  'platform/administrator/delete',
  'platform/administratorgroup/create',
  'platform/administratorgroup/delete',
  'platform/signingkeys/rotate',
  'platform/sealingkey/rotate',
  'platform/database/backup',
  'platform/database/restore',
  'wxp/identityprovider/update',
  'wxp/url/update',
] as const;
export type SystemEvent = (typeof systemEvents)[number];

/** Who did it. `system` is the operator's CLI or the broker itself (the vendor's `CwcSystem`). */
export type Actor =
  | { type: 'administrator' | 'subscriber' | 'client'; id: string | null; name?: string | null }
  | { type: 'system' };

export interface Target {
  type: 'organization' | 'connection' | 'application' | 'identity' | 'administrator' | 'session' | 'key' | 'database';
  id?: string | null;
  name?: string | null;
}

/** Never a secret, a token, an assertion or the value of a person's attribute. */
export type EventDetail = Readonly<Record<string, string | number | boolean | null>>;

export interface SystemLogEntry {
  event: SystemEvent;
  /** Null: it concerns the installation. */
  organizationId: string | null;
  actor: Actor;
  target?: Target;
  detail?: EventDetail;
  /** The code on the vague page (CLM-1). */
  reference?: string;
  clientAddress?: string;
  userAgent?: string;
}

/** Somebody doing something: what all entries of one request have in common. */
export interface Act {
  actor: Actor;
  clientAddress?: string;
  userAgent?: string;
}

/** An entry by this somebody. */
export function entryBy(act: Act, what: Omit<SystemLogEntry, keyof Act>): SystemLogEntry {
  return { ...what, ...act };
}
