/** `export`, `plan`, `apply`, `import`: an organization as a file that can be kept beside other configuration. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve as resolvePath, sep } from 'node:path';
import { parseEnv } from 'node:util';
import { definitionOf } from '../../providers/registry.ts';
import { applyPlan } from '../directory/as-code/apply.ts';
import { describePlan } from '../directory/as-code/describe-plan.ts';
import {
  type OrganizationDocument,
  readDocument,
  type SecretReference,
  writeDocument,
} from '../directory/as-code/document.ts';
import { exportOrganization } from '../directory/as-code/export.ts';
import { importDex } from '../directory/as-code/imports/dex.ts';
import type { Importer } from '../directory/as-code/imports/imported.ts';
import { importKeycloak } from '../directory/as-code/imports/keycloak.ts';
import { importPolis } from '../directory/as-code/imports/polis.ts';
import { isEmpty, type Plan, planOrganization, type ResolveSecret } from '../directory/as-code/plan.ts';
import { type Command, type CommandIo, UsageError, type Values } from './command.ts';
import { RefusedError } from './refused-error.ts';

const organizationOption = { value: 'ID', help: 'Customer id or OrgID', required: true } as const;
const planOptions = {
  organization: organizationOption,
  file: { value: 'FILE', help: 'The document (YAML or JSON), as export writes it', required: true },
  secrets: { value: 'FILE', help: 'NAME=value lines for the references of the document, beside the environment' },
  prune: { help: 'Disconnect live connections that the document does not speak of' },
} as const;

const exportCommand: Command = {
  name: 'export',
  summary: 'Write an organization down: settings, sign-in method, connections',
  notes: 'Secrets are written as references. Applied to the same organization the document changes nothing.',
  options: { organization: organizationOption },
  async run(values, io) {
    const { connections, connectionDrafts, requireOrganization } = await io.open();
    const organization = await requireOrganization(values.required('organization'));
    const text = await exportOrganization({ connections, drafts: connectionDrafts, definitionOf }, organization);
    return { json: readDocument(text), text: text.trimEnd() };
  },
};

const planCommand: Command = {
  name: 'plan',
  summary: 'Show what applying a document would change',
  options: planOptions,
  async run(values, io) {
    const plan = await makePlan(values, io);
    return { json: toJson(plan), text: describePlan(plan) };
  },
};

const applyCommand: Command = {
  name: 'apply',
  summary: 'Change an organization to what a document says',
  notes:
    'New and changed connections become drafts: they go live by Test and Finish in the console. With --untested they go\nlive at once, and the system log says that nobody tested them.',
  options: { ...planOptions, untested: { help: "The operator's override: live without a test" } },
  async run(values, io) {
    const plan = await makePlan(values, io);
    const text = describePlan(plan);
    if (isEmpty(plan)) return { json: { ...toJson(plan), waiting: [] }, text };
    const installation = await io.open();
    const applied = await applyPlan({ ...installation, drafts: installation.connectionDrafts }, plan, {
      untested: values.has('untested'),
    });
    const { waiting, methodWaits } = applied;
    const lines = [
      text,
      'Applied.',
      ...waiting.map((name) => `"${name}" waits for Test and Finish: ${installation.sites.consoleUrl()}`),
      ...(methodWaits ? ['The sign-in method stays as it is until its connection is live; apply again then.'] : []),
    ];
    return { json: { ...toJson(plan), waiting, methodWaits }, text: lines.join('\n') };
  },
};

const importers: Readonly<Record<string, Importer>> = { keycloak: importKeycloak, dex: importDex, polis: importPolis };

const importCommand: Command = {
  name: 'import',
  summary: 'Turn connections of Keycloak, Dex or Polis into a document for apply',
  notes: 'Prints the document and changes nothing. Everything comes as a draft, to be tested in the console.',
  options: {
    from: {
      value: 'PRODUCT',
      help: 'keycloak (realm export), dex (configuration) or polis (connections)',
      required: true,
    },
    file: { value: 'FILE', help: 'What the product exported', required: true },
    'secrets-to': { value: 'FILE', help: 'New file for the secrets found, readable by you alone; for apply --secrets' },
  },
  async run(values) {
    const product = values.required('from');
    const importer = Object.hasOwn(importers, product) ? importers[product] : undefined;
    if (!importer) throw new UsageError(`--from must be one of ${Object.keys(importers).join(', ')}`);
    const { document, secrets, remarks } = importer(await readText(values.required('file')), definitionOf);
    const names = Object.keys(secrets);
    const target = values.text('secrets-to');
    if (target !== undefined && names.length > 0) await writeSecrets(target, secrets);
    const all = [
      ...remarks,
      ...(names.length > 0 && target === undefined
        ? [`Secrets were found and are not in here (${names.join(', ')}); --secrets-to FILE keeps them.`]
        : []),
    ];
    return { json: { ...document, remarks: all }, text: writeDocument(document, all).trimEnd() };
  },
};

async function makePlan(values: Values, io: CommandIo): Promise<Plan> {
  const file = values.required('file');
  const document: OrganizationDocument = readDocument(await readText(file));
  const secretsFile = values.text('secrets');
  const given = secretsFile === undefined ? {} : parseEnv(await readText(secretsFile));
  const { connections, connectionDrafts, requireOrganization } = await io.open();
  const organization = await requireOrganization(values.required('organization'));
  const needs = { connections, drafts: connectionDrafts, definitionOf, resolve: resolver(file, given, io) };
  return planOrganization(needs, organization, document, { prune: values.has('prune') });
}

/**
 * A file is looked for beside the document; its last line end is not part of the secret. A document may be written by
 * somebody else than who applies it: what it names as a secret is sent to an address that it names too, so neither
 * Sekisho's own configuration nor any file of this machine is one (SECURITY RP-20).
 */
function resolver(document: string, given: Readonly<Record<string, string | undefined>>, io: CommandIo): ResolveSecret {
  const folder = resolvePath(dirname(document));
  return async (reference: SecretReference) => {
    if ('env' in reference) {
      const { env } = reference;
      if (/^SEKISHO_(?!SECRET_)/.test(env)) throw new RefusedError(`${env} is not a connection's secret`);
      return (given[env] ?? io.environment(env)) || undefined;
    }
    const file = resolvePath(folder, reference.file);
    if (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep))
      throw new RefusedError(`${reference.file} is not beside the document`);
    const text = await readText(file);
    return text.replace(/\r?\n$/, '') || undefined;
  };
}

/** Without the secrets that a step carries. */
function toJson({ settings, workspaceName, method, steps, leftAlone, keptSecrets }: Plan) {
  return {
    settings: settings.changes,
    workspaceName: workspaceName ?? null,
    method: method ?? null,
    connections: steps.map((step) => ({
      act: step.act,
      name: step.act === 'create' ? step.wanted.head.name : step.connection.name,
      changes: 'changes' in step ? step.changes : [],
    })),
    leftAlone: leftAlone.map(({ name }) => name),
    keptSecrets,
  };
}

/** Never over a file that is there: it may hold the secrets of another import. */
async function writeSecrets(file: string, secrets: Readonly<Record<string, string>>): Promise<void> {
  const quote = (value: string) => (value.includes("'") ? JSON.stringify(value) : `'${value}'`);
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${quote(value)}\n`);
  try {
    await writeFile(file, lines.join(''), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new RefusedError(`${file} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new RefusedError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

export const asCodeCommands: readonly Command[] = [exportCommand, planCommand, applyCommand, importCommand];
