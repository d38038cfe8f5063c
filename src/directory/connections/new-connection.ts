/**
 * What somebody wants to connect, read and judged before anything is saved: from an object or from a file (JSON or
 * YAML). Every problem is reported at once, with its key path. Pure.
 */
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { ProviderDefinition, ProviderKind } from '../../../providers/provider.ts';
import { DirectoryError, type Problem, problemsOf } from '../errors.ts';
import { problemOfName } from '../names.ts';

/** The provider's definition of a kind, from `providers/registry.ts`; undefined for a kind that there is not. */
export type DefinitionOf = (kind: string) => ProviderDefinition | undefined;

/** Of a connection that is there already. Throws where this program has no such provider: a row of a newer one. */
export function requireDefinition(definitionOf: DefinitionOf, kind: string): ProviderDefinition {
  const definition = definitionOf(kind);
  if (!definition) throw new Error(`no provider of kind ${kind} is registered`);
  return definition;
}

/** What a connection is apart from its settings. */
const headShape = {
  /** `ProviderKind`. */
  kind: z.string(),
  /** As shown to administrators; unique in the organization. */
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .refine((name) => !/\p{Cc}/u.test(name), 'must not hold control characters'),
  subscribers: z.boolean().default(true),
  administrators: z.boolean().default(false),
  /** For `/go/<identifier>`: when, and only when, it is for administrators. */
  identifier: z.string().optional(),
};
const headSchema = z.strictObject(headShape);
export type NewConnectionHead = z.input<typeof headSchema>;

/** The form of the file that `connection add` takes. */
const wholeSchema = z.strictObject({ ...headShape, settings: z.record(z.string(), z.unknown()) });
export type NewConnection = z.input<typeof wholeSchema>;

export interface ReadConnectionHead {
  kind: ProviderKind;
  name: string;
  subscribers: boolean;
  administrators: boolean;
  identifier?: string;
}

export interface ReadNewConnection extends ReadConnectionHead {
  /** The output of the provider's own schema. */
  settings: Record<string, unknown>;
}

/** Throws `settings_invalid`. */
export function readConnectionHead(given: unknown, definitionOf: DefinitionOf): ReadConnectionHead {
  const read = headSchema.safeParse(given);
  const problems = [...(read.success ? [] : problemsOf(read.error)), ...problemsOfHead(given, definitionOf)];
  if (!read.success || problems.length > 0)
    throw new DirectoryError('settings_invalid', 'The connection is not possible', problems);
  const { identifier, ...rest } = read.data;
  return { ...rest, ...(identifier !== undefined && { identifier }) };
}

/** Throws `settings_invalid`. */
export function readNewConnection(draft: unknown, definitionOf: DefinitionOf): ReadNewConnection {
  const { read, problems } = judge(draft, definitionOf);
  if (read === undefined) throw new DirectoryError('settings_invalid', 'The connection is not possible', problems);
  return read;
}

/**
 * Throws `connection_file_invalid`: where the text is not YAML or JSON, or what is wrong with what it says.
 * `metadata`: an IdP's own document, from a file beside this one; it becomes `settings.metadata`.
 */
export function readConnectionFile(text: string, definitionOf: DefinitionOf, metadata?: string): ReadNewConnection {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, schema: 'core' });
  const errors = document.errors.map(({ pos, message }) => {
    const { line, col } = lineCounter.linePos(pos[0]);
    return { path: `line ${line}, column ${col}`, message };
  });
  if (errors.length > 0) throw fileInvalid(errors);
  let draft: unknown;
  try {
    draft = document.toJS({ maxAliasCount: 10 });
  } catch (error) {
    throw fileInvalid([{ path: '', message: (error as Error).message }]);
  }
  const { read, problems } = judge(metadata === undefined ? draft : withMetadata(draft, metadata), definitionOf);
  if (read === undefined) throw fileInvalid(problems);
  return read;
}

function withMetadata(draft: unknown, metadata: string): unknown {
  if (!isObject(draft)) return draft;
  const settings = draft.settings ?? {};
  return isObject(settings) ? { ...draft, settings: { ...settings, metadata } } : draft;
}

function fileInvalid(problems: readonly Problem[]): DirectoryError {
  return new DirectoryError('connection_file_invalid', 'The connection file has problems', problems);
}

function judge(draft: unknown, definitionOf: DefinitionOf): { read?: ReadNewConnection; problems: Problem[] } {
  const outer = wholeSchema.safeParse(draft);
  const problems = outer.success ? [] : problemsOf(outer.error);
  const given = isObject(draft) ? draft : {};
  const definition = typeof given.kind === 'string' ? definitionOf(given.kind) : undefined;
  problems.push(...problemsOfHead(given, definitionOf));
  // The settings are judged even when something outside is wrong, so that one reading shows everything.
  const settings = definition && isObject(given.settings) ? definition.schema.safeParse(given.settings) : undefined;
  if (settings && !settings.success) problems.push(...problemsOf(settings.error, 'settings'));
  if (problems.length > 0 || !outer.success || !definition || !settings?.success) return { problems };
  const { identifier, ...rest } = outer.data;
  return {
    read: {
      ...rest,
      ...(identifier !== undefined && { identifier }),
      kind: definition.kind,
      settings: settings.data as Record<string, unknown>,
    },
    problems,
  };
}

function problemsOfHead(head: unknown, definitionOf: DefinitionOf): Problem[] {
  const given = isObject(head) ? head : {};
  const definition = typeof given.kind === 'string' ? definitionOf(given.kind) : undefined;
  const isUnknown = typeof given.kind === 'string' && !definition;
  return [
    ...(isUnknown ? [{ path: 'kind', message: `"${given.kind}" is no kind of connection` }] : []),
    ...problemsOfUse(given, definition),
  ];
}

/** SPEC §3: who may sign in with what; §1: identifiers. */
function problemsOfUse(given: Record<string, unknown>, definition: ProviderDefinition | undefined): Problem[] {
  const { subscribers = true, administrators = false, identifier } = given;
  const problems: Problem[] = [];
  const add = (path: string, message: string) => problems.push({ path, message });
  if (definition && subscribers === true && !definition.subscribers)
    add('subscribers', `${definition.label} does not sign subscribers in`);
  if (definition && administrators === true && definition.administrators === 'none')
    add('administrators', `${definition.label} does not sign administrators in`);
  if (subscribers === false && administrators === false)
    add('subscribers', 'the connection must be for subscribers, administrators or both');
  if (administrators === true && identifier === undefined)
    add('identifier', 'a connection for administrators needs one');
  if (administrators === false && identifier !== undefined)
    add('identifier', 'only a connection for administrators has one');
  const wrong = typeof identifier === 'string' ? problemOfName(identifier) : undefined;
  if (wrong) add('identifier', wrong);
  return problems;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
