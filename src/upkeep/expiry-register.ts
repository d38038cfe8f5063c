/**
 * The register of everything that expires: certificates of identity providers (live and prepared), secrets whose end
 * somebody entered, our own SAML certificates, and what is the operator's alone.
 *
 * Owns: what is in it. Does not own: who is told when (`expiry-letters.ts`), how it looks (`console/`, `api/`). Computed
 * when it is asked for: nothing in it can be out of date.
 */
import { X509Certificate } from 'node:crypto';
import type { SigningKey } from '../../certs/signing-keys.ts';
import type { Text } from '../../providers/provider.ts';
import type { Database } from '../database/schema.ts';
import type { DefinitionOf } from '../directory/connections/new-connection.ts';
import type { SamlRollover } from '../directory/connections/saml-rollover.ts';
import type { SecretExpiries } from '../directory/connections/secret-expiries.ts';

export const expiryKinds = [
  'provider_certificate',
  'secret',
  'our_rollover',
  'our_certificate',
  'application_certificate',
  'tls_certificate',
] as const;
export type ExpiryKind = (typeof expiryKinds)[number];

export interface ExpiryItem {
  /** The same as long as it is the same thing. */
  key: string;
  kind: ExpiryKind;
  /** A certificate's subject, or a setting's label. */
  what: Text;
  /** Absent: it belongs to the installation. */
  connection?: { id: string; name: string; isDraft: boolean };
  /** Milliseconds. */
  expiresAt: number;
}

/** A secret of which nobody has said when it ends. */
export interface UndatedSecret {
  connection: { id: string; name: string };
  key: string;
  label: Text;
}

export interface OrganizationRegister {
  /** What ends first stands first. */
  items: readonly ExpiryItem[];
  undated: readonly UndatedSecret[];
}

/** Of our SAML keys these have something to say to others. */
const published: ReadonlySet<SigningKey['state']> = new Set<SigningKey['state']>(['current', 'next']);

export type ExpiryRegister = ReturnType<typeof createExpiryRegister>;

export function createExpiryRegister(needs: {
  db: Database;
  definitionOf: DefinitionOf;
  secretExpiries: Pick<SecretExpiries, 'list'>;
  keys(): readonly SigningKey[];
  samlRollover: Pick<SamlRollover, 'dueAt' | 'choices'>;
  /** Certificates that the operator's applications at Azure AD prove themselves with (AAD-1). */
  applicationCertificates?: readonly { use: string; expiresAt: number }[];
  /** PEM of the certificate that we serve TLS with; undefined: something before us does. */
  tlsCertificate?: string | undefined;
}) {
  const { db, definitionOf, secretExpiries, keys, samlRollover, tlsCertificate, applicationCertificates = [] } = needs;

  async function ofOrganization(organizationId: string): Promise<OrganizationRegister> {
    const rows = await db
      .selectFrom('connections')
      .leftJoin('connection_drafts', 'connection_drafts.connection_id', 'connections.id')
      .select([
        'connections.id',
        'connections.kind',
        'connections.name',
        'connections.state',
        'connections.settings',
        'connections.secrets_sealed',
        'connection_drafts.settings as prepared',
      ])
      .where('connections.organization_id', '=', organizationId)
      .where('connections.state', '<>', 'disconnected')
      .orderBy('connections.name')
      .execute();
    const dates = await secretExpiries.list(organizationId);
    const items: ExpiryItem[] = [];
    const undated: UndatedSecret[] = [];
    for (const row of rows) {
      const definition = definitionOf(row.kind);
      if (!definition) continue;
      const { id, name } = row;
      const live = row.state === 'live' ? (definition.expiring?.(JSON.parse(row.settings)) ?? []) : [];
      const prepared = row.prepared === null ? [] : (definition.expiring?.(JSON.parse(row.prepared)) ?? []);
      const known = new Set(live.map((part) => part.id));
      for (const [part, isDraft] of [
        ...live.map((each) => [each, false] as const),
        ...prepared.filter((each) => !known.has(each.id)).map((each) => [each, true] as const),
      ])
        items.push({
          key: `certificate/${id}/${part.id}`,
          kind: 'provider_certificate',
          what: inBoth(part.name),
          connection: { id, name, isDraft },
          expiresAt: part.notAfter,
        });
      for (const { key, label } of definition.descriptions.filter(({ secret }) => secret === true)) {
        const date = dates.find((each) => each.connectionId === id && each.key === key);
        if (date)
          items.push({
            key: `secret/${id}/${key}`,
            kind: 'secret',
            what: label,
            connection: { id, name, isDraft: row.state !== 'live' },
            expiresAt: Date.parse(`${date.expiresOn}T00:00:00Z`),
          });
        else if (row.state === 'live' && row.secrets_sealed !== null)
          undated.push({ connection: { id, name }, key, label });
      }
    }
    const saml = rows.filter(({ kind }) => kind === 'saml');
    if (saml.length > 0) items.push(...ourCertificates(), ...(await waiting(saml)));
    return { items: items.sort(byTime), undated };
  }

  /** Live connections that have not switched to our next certificate, while a roll-over is planned. */
  async function waiting(
    saml: readonly { id: string; name: string; state: string; settings: string }[],
  ): Promise<ExpiryItem[]> {
    const dueAt = await samlRollover.dueAt();
    if (dueAt === null) return [];
    const switched = await samlRollover.choices();
    const what = { en: 'Our current SAML certificate signs until then', ja: 'この日まで現在の証明書で署名します' };
    return saml
      .filter(({ id, state, settings }) => state === 'live' && !switched.has(id) && JSON.parse(settings).signRequests)
      .map(({ id, name }) => ({
        key: `rollover/${id}`,
        kind: 'our_rollover' as const,
        what,
        connection: { id, name, isDraft: false },
        expiresAt: dueAt,
      }));
  }

  /** What every organization has in common, and what only the operator can renew. */
  function ofInstallation(): ExpiryItem[] {
    const items = ourCertificates();
    for (const { use, expiresAt } of applicationCertificates)
      items.push({ key: `application/${use}`, kind: 'application_certificate', what: inBoth(use), expiresAt });
    if (tlsCertificate !== undefined) {
      const { subject, validTo } = new X509Certificate(tlsCertificate);
      const what = inBoth(subject.split('\n').join(', '));
      items.push({ key: 'tls', kind: 'tls_certificate', what, expiresAt: Date.parse(validTo) });
    }
    return items.sort(byTime);
  }

  function ourCertificates(): ExpiryItem[] {
    return keys().flatMap(({ use, state, kid, certificatePem }) => {
      if (use !== 'saml' || !published.has(state) || certificatePem === undefined) return [];
      const { subject, validTo } = new X509Certificate(certificatePem);
      const what = inBoth(subject.split('\n').join(', '));
      return [{ key: `ours/${kid}`, kind: 'our_certificate' as const, what, expiresAt: Date.parse(validTo) }];
    });
  }

  return { ofOrganization, ofInstallation };
}

function inBoth(text: string): Text {
  return { en: text, ja: text };
}

function byTime(one: ExpiryItem, other: ExpiryItem): number {
  return one.expiresAt - other.expiresAt || (one.key < other.key ? -1 : 1);
}
