/**
 * An organization written down: its settings, how its subscribers sign in, and its connections, as YAML (or JSON, which
 * is YAML). Secrets are never in it, only where to find them.
 *
 * Owns: the form of the document, reading and writing it. Does not own: what would change (`plan.ts`). Pure.
 */
import { LineCounter, parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { DirectoryError, type Problem, problemsOf } from '../errors.ts';
import { organizationSettingsSchema } from '../organization-settings.ts';

/** Where a secret is: a variable of the environment (or of the file with secrets), or a file beside the document. */
export const secretReferenceSchema = z.union([
  z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,199}$/, 'must be the name of a variable') }),
  z.strictObject({ file: z.string().min(1).max(1000) }),
]);
export type SecretReference = z.infer<typeof secretReferenceSchema>;

const connectionSchema = z.strictObject({
  /** What a connection is found by; renaming one is not for a file. */
  name: z.string().trim().min(1).max(100),
  kind: z.string(),
  state: z.enum(['live', 'draft', 'disconnected']).default('live'),
  subscribers: z.boolean().default(true),
  administrators: z.boolean().default(false),
  identifier: z.string().optional(),
  /** As of the kind; a `SecretReference` for each secret. */
  settings: z.record(z.string(), z.unknown()).default({}),
});

const documentSchema = z
  .strictObject({
    /** Of this form. */
    sekisho: z.literal(1),
    /** Left out: as it is. */
    organization: z
      .strictObject({
        customerId: z.string(),
        name: z.string().optional(),
        workspaceName: z.string().optional(),
        /** Name of the connection that subscribers sign in with; null: none. */
        method: z.string().nullable().optional(),
        settings: organizationSettingsSchema.partial().optional(),
      })
      .optional(),
    connections: z.array(connectionSchema).max(1000).default([]),
  })
  .check((context) => {
    const seen = new Set<string>();
    for (const [index, { name }] of context.value.connections.entries()) {
      if (seen.has(name)) {
        const message = `there are two connections named "${name}"`;
        context.issues.push({ code: 'custom', path: ['connections', index, 'name'], message, input: name });
      }
      seen.add(name);
    }
  });
export type OrganizationDocument = z.output<typeof documentSchema>;
export type ConnectionInDocument = OrganizationDocument['connections'][number];

/** Throws `document_invalid`: where it is not YAML, or every problem of what it says by key path. */
export function readDocument(text: string): OrganizationDocument {
  const read = documentSchema.safeParse(parseYaml(text));
  if (!read.success) throw documentInvalid(problemsOf(read.error));
  return read.data;
}

/** Any YAML or JSON. Throws `document_invalid` with line and column. */
export function parseYaml(text: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, schema: 'core' });
  const errors = document.errors.map(({ pos, message }) => {
    const { line, col } = lineCounter.linePos(pos[0]);
    return { path: `line ${line}, column ${col}`, message };
  });
  if (errors.length > 0) throw documentInvalid(errors);
  try {
    return document.toJS({ maxAliasCount: 10 });
  } catch (error) {
    throw documentInvalid([{ path: '', message: (error as Error).message }]);
  }
}

export function documentInvalid(problems: readonly Problem[]): DirectoryError {
  return new DirectoryError('document_invalid', 'The document has problems', problems);
}

/** `remarks`: lines of the comment at its head. */
export function writeDocument(document: z.input<typeof documentSchema>, remarks: readonly string[] = []): string {
  // A remark may quote what somebody else wrote: it stays within its comment.
  const head = remarks.map((remark) => `# ${remark.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')}\n`).join('');
  return head + stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** `Okta Tokyo`, `clientSecret` → `SECRET_OKTA_TOKYO_CLIENT_SECRET`; the same name is not given twice. */
export function createReferenceNames(): (connection: string, key: string) => SecretReference {
  const given = new Set<string>();
  const upper = (text: string) =>
    text
      .normalize('NFKD')
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '')
      .slice(0, 80);
  return (connection, key) => {
    const base = ['SECRET', upper(connection), upper(key)].filter(Boolean).join('_');
    let env = base;
    for (let number = 2; given.has(env); number++) env = `${base}_${number}`;
    given.add(env);
    return { env };
  };
}
