/**
 * What an authorize request's `acr_values` say about whom the relying party wants. Pure. One reading for `resolve.ts`
 * and for `op/find-realm.ts`, so that the session that is looked for is of the realm that would be signed in to.
 */
import { administratorsRealm, type ClientKind, subscribersRealm } from '../sessions/policy.ts';

export interface AcrWishes {
  /** `tenant:<customer id>`. */
  tenant?: string;
  /** `idp:<kind>`, or `idp:citrix` for the administrators. */
  idp?: string;
  /** `go:<identifier>`: administrators by that connection. */
  go?: string;
}

const known = ['tenant', 'idp', 'go'] as const;

/** Of a wish that comes twice the first counts. */
export function readAcrValues(acrValues: unknown): AcrWishes {
  const wishes: AcrWishes = {};
  if (typeof acrValues !== 'string') return wishes;
  for (const value of acrValues.split(' ')) {
    const [, name, wish = ''] = /^([a-z]+):([a-z0-9-]{1,60})$/.exec(value) ?? [];
    const key = known.find((one) => one === name);
    if (key !== undefined) wishes[key] ??= wish;
  }
  return wishes;
}

/** The realm that a client of the whole installation means; undefined: the person has to name the organization. */
export function realmOfWishes({ tenant, idp }: AcrWishes, kind: ClientKind): string | undefined {
  if (idp === 'citrix') return administratorsRealm;
  return tenant === undefined ? undefined : subscribersRealm(tenant, kind);
}
