/**
 * What a provider's metadata says against what a connection has, and what of it may be adopted without asking
 * (.github/decisions/0016-watched-metadata.md). Pure; time is an argument.
 */
import { type Certificate, parseCertificates } from '../../../certs/x509.ts';
import type { IdpMetadata } from '../../../metadata/idp-metadata.ts';
import { settingsOfMetadata } from '../../../providers/saml/from-metadata.ts';
import type { SamlSettings } from '../../../providers/saml/settings.ts';

export type DifferenceItem =
  /** In the metadata only. */
  | { kind: 'added'; certificate: Certificate }
  /** In the settings only. */
  | { kind: 'missing'; certificate: Certificate }
  | { kind: 'changed'; key: 'entityId' | 'singleSignOnUrl' | 'binding' | 'logoutUrl'; before: string; after: string };

/** Names an item for as long as it is the same difference. */
export function keyOfItem(item: DifferenceItem): string {
  return item.kind === 'changed' ? `${item.key}=${item.after}` : `${item.kind}:${item.certificate.fingerprint}`;
}

/**
 * A certificate that has expired is no news. A logout address counts only where the connection has one: without, an
 * administrator wants none.
 */
export function differenceOf(settings: SamlSettings, found: IdpMetadata, now: number): DifferenceItem[] {
  const ours = certificatesOf(settings);
  const said = settingsOfMetadata(found, settings.binding);
  const items: DifferenceItem[] = [];
  for (const key of ['entityId', 'singleSignOnUrl', 'binding', 'logoutUrl'] as const) {
    const [before, after] = [settings[key], said[key]];
    if (before !== undefined && after !== undefined && before !== after)
      items.push({ kind: 'changed', key, before, after });
  }
  for (const certificate of found.certificates)
    if (certificate.notAfter >= now && !isAmong(ours, certificate)) items.push({ kind: 'added', certificate });
  for (const certificate of ours)
    if (!isAmong(found.certificates, certificate)) items.push({ kind: 'missing', certificate });
  return items;
}

/** One click: what the metadata says, in everything that differs. */
export function adoptAll(settings: SamlSettings, found: IdpMetadata, now: number): SamlSettings {
  const said = settingsOfMetadata(found, settings.binding);
  const usable = found.certificates.filter(({ notAfter }) => notAfter >= now);
  return {
    ...settings,
    entityId: said.entityId,
    singleSignOnUrl: said.singleSignOnUrl,
    binding: said.binding,
    certificates: (usable.length > 0 ? usable : found.certificates).map(({ pem }) => pem),
    ...(settings.logoutUrl !== undefined && said.logoutUrl !== undefined && { logoutUrl: said.logoutUrl }),
  };
}

/** What is known of certificates, by fingerprint; milliseconds. */
export interface CertificateHistory {
  /** Since when one that the metadata once had is missing there. */
  missingSince: Readonly<Record<string, number>>;
  /** When an answer was last signed with it. */
  usedAt: Readonly<Record<string, number>>;
  /** Items that an administrator wants as they are (`keyOfItem`). */
  kept: readonly string[];
}

const day = 86_400_000;
/** Longer than metadata is cached anywhere, shorter than anybody should trust a key that its owner has withdrawn. */
const withdrawnAfter = 7 * day;
/** What a connection takes. */
const maxCertificates = 10;

/**
 * The settings with the certificates that may be adopted without asking; undefined: none, or something else differs too,
 * and then everything waits for a person.
 */
export function adoptCertificates(
  settings: SamlSettings,
  found: IdpMetadata,
  { missingSince, usedAt, kept }: CertificateHistory,
  now: number,
): SamlSettings | undefined {
  const items = differenceOf(settings, found, now).filter((item) => !kept.includes(keyOfItem(item)));
  if (items.some(({ kind }) => kind === 'changed')) return undefined;
  const added = items.flatMap((item) => (item.kind === 'added' ? [item.certificate] : []));
  const dropped = items.flatMap((item) =>
    item.kind === 'missing' && isWithdrawn(item.certificate) ? [item.certificate.fingerprint] : [],
  );
  const left = certificatesOf(settings).filter(({ fingerprint }) => !dropped.includes(fingerprint));
  const room = Math.max(0, maxCertificates - left.length);
  const after = [...left, ...added.slice(0, room)];
  const isEmptied = !after.some(({ notAfter }) => notAfter >= now);
  if (isEmptied || (added.length === 0 && dropped.length === 0)) return undefined;
  return { ...settings, certificates: after.map(({ pem }) => pem) };

  /** Never one that a person entered beside the metadata: only what the metadata itself once had. */
  function isWithdrawn({ fingerprint, notAfter }: Certificate): boolean {
    const since = missingSince[fingerprint];
    if (since === undefined) return false;
    const isReplaced = found.certificates.some((other) => (usedAt[other.fingerprint] ?? 0) > since);
    return isReplaced || notAfter < now || now - since >= withdrawnAfter;
  }
}

/** Since when each certificate of the settings is missing that the metadata has had. */
export function missingAfter(
  settings: SamlSettings,
  found: IdpMetadata,
  before: { found: IdpMetadata | null; missingSince: Readonly<Record<string, number>> },
  now: number,
): Record<string, number> {
  const missing: Record<string, number> = {};
  for (const certificate of certificatesOf(settings)) {
    const { fingerprint } = certificate;
    const wasPublished =
      before.missingSince[fingerprint] !== undefined || isAmong(before.found?.certificates ?? [], certificate);
    if (wasPublished && !isAmong(found.certificates, certificate))
      missing[fingerprint] = before.missingSince[fingerprint] ?? now;
  }
  return missing;
}

export function certificatesOf({ certificates }: Pick<SamlSettings, 'certificates'>): Certificate[] {
  return certificates.flatMap(parseCertificates);
}

function isAmong(list: readonly Certificate[], { fingerprint }: Certificate): boolean {
  return list.some((one) => one.fingerprint === fingerprint);
}
