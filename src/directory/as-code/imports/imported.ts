/** What an import from another product comes to: a document, the secrets apart from it, and what could not be taken over. */
import type { DefinitionOf } from '../../connections/new-connection.ts';
import { createReferenceNames, type OrganizationDocument, type SecretReference } from '../document.ts';

export interface Imported {
  document: Pick<OrganizationDocument, 'sekisho'> & { connections: ImportedConnection[] };
  /** Name of the variable → value, for a file that only its owner reads. Never printed. */
  secrets: Readonly<Record<string, string>>;
  /** Sentences for the person who imports. */
  remarks: readonly string[];
}

export interface ImportedConnection {
  name: string;
  kind: string;
  state: 'draft';
  subscribers: boolean;
  administrators: boolean;
  settings: Record<string, unknown>;
}

export type Importer = (text: string, definitionOf: DefinitionOf) => Imported;

export type ImportBuilder = ReturnType<typeof createImport>;

export function createImport(definitionOf: DefinitionOf) {
  const connections: ImportedConnection[] = [];
  const secrets: Record<string, string> = {};
  const remarks: string[] = [];
  const referenceOf = createReferenceNames();
  const names = new Set<string>();

  /** Two of one name become two names. */
  function nameOf(wanted: string): string {
    const base =
      wanted
        .replace(/\p{Cc}+/gu, ' ')
        .trim()
        .slice(0, 90) || 'Imported';
    let name = base;
    for (let number = 2; names.has(name); number++) name = `${base} (${number})`;
    names.add(name);
    return name;
  }

  return {
    skip(name: string, reason: string): void {
      remarks.push(`"${name}" was left out: ${reason}`);
    },

    remark(text: string): void {
      remarks.push(text);
    },

    saml(wanted: string, settings: Readonly<Record<string, unknown>>): void {
      add(nameOf(wanted), 'saml', settings);
    },

    /**
     * An OpenID provider: of the kind whose addresses these are. `secret`: its value, the name of a variable that holds it,
     * or undefined where the export does not tell.
     */
    openId(
      wanted: string,
      given: { issuer: string; clientId: string; secret: string | { env: string } | undefined; scopes?: string },
    ): void {
      const settings = settingsOfIssuer(given.issuer, definitionOf);
      if (settings === undefined) {
        this.skip(wanted, `there is no kind of connection for the OpenID provider ${given.issuer}`);
        return;
      }
      const name = nameOf(wanted);
      const clientSecret = referTo(name, given.secret);
      add(name, settings.kind, { ...settings.own, clientId: given.clientId, clientSecret });
      if (given.secret === undefined)
        remarks.push(`"${name}": the client secret is not in the file; give ${JSON.stringify(clientSecret)} a value`);
    },

    result: (): Imported => ({ document: { sekisho: 1, connections }, secrets, remarks }),
  };

  function referTo(name: string, secret: string | { env: string } | undefined): SecretReference {
    if (typeof secret === 'object') return secret;
    const reference = referenceOf(name, 'clientSecret');
    if (secret !== undefined && 'env' in reference) secrets[reference.env] = secret;
    return reference;
  }

  function add(name: string, kind: string, settings: Readonly<Record<string, unknown>>): void {
    const definition = definitionOf(kind);
    if (!definition) {
      names.delete(name);
      remarks.push(`"${name}" was left out: there is no kind of connection "${kind}"`);
      return;
    }
    const said = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    connections.push({
      name,
      kind,
      state: 'draft',
      subscribers: definition.subscribers,
      administrators: false,
      settings: said,
    });
  }
}

const tenantIssuer =
  /^https:\/\/(?:login\.microsoftonline\.com|sts\.windows\.net)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/|$)/i;

function settingsOfIssuer(
  issuer: string,
  definitionOf: DefinitionOf,
): { kind: string; own: Record<string, unknown> } | undefined {
  const url = URL.parse(issuer);
  if (!url) return undefined;
  const tenantId = tenantIssuer.exec(issuer)?.[1];
  if (tenantId !== undefined) return { kind: 'azure-ad', own: { tenantId } };
  if (/\.(?:okta|okta-eu|oktapreview)\.com$/.test(url.hostname)) return { kind: 'okta', own: { url: issuer } };
  return definitionOf('oidc') && { kind: 'oidc', own: { issuer } };
}

/** PEM of what other products keep as bare Base64. */
export function toPem(text: string): string {
  const bare = text.trim();
  if (bare.includes('-----BEGIN')) return `${bare}\n`;
  const lines = bare.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
