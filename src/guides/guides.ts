/** All guides there are, in the order in which they are offered. */
import { adfs } from './adfs.ts';
import { entraOidc, entraSaml } from './entra.ts';
import { genericOidc, genericSaml } from './generic.ts';
import { google } from './google.ts';
import type { Guide } from './guide.ts';
import { keycloakOidc, keycloakSaml } from './keycloak.ts';
import { netscaler } from './netscaler.ts';
import { oktaOidc, oktaSaml } from './okta.ts';
import { onelogin } from './onelogin.ts';
import { ping } from './ping.ts';

export const guides: readonly Guide[] = [
  entraSaml,
  adfs,
  oktaSaml,
  google,
  onelogin,
  ping,
  keycloakSaml,
  genericSaml,
  entraOidc,
  oktaOidc,
  netscaler,
  keycloakOidc,
  genericOidc,
];

export function guidesFor(kind: string): readonly Guide[] {
  return guides.filter((guide) => guide.kind === kind);
}

/** Undefined for what is no guide of this kind: the word comes from a form, or from a row of another version. */
export function guideOf(kind: string, id: string | null): Guide | undefined {
  return guides.find((guide) => guide.kind === kind && guide.id === id);
}
