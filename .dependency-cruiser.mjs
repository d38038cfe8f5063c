import { registerHooks, stripTypeScriptTypes } from 'node:module';

/**
 * The import arrows of the house. Grounds: src → providers → metadata → certs. Within src a folder imports only from
 * the rows below its own; surfaces never import one another, except that all may import http/.
 */
const rows = [
  ['accounts', 'op', 'console', 'api', 'workspace'],
  ['http'],
  ['guides', 'upkeep'],
  ['signin'],
  ['directory', 'sessions', 'claims'],
  ['system-log', 'mail'],
  ['database', 'store'],
  ['config', 'core'],
];

/** Pairs of one row that are one thing in two folders: configuration is read with core's words. */
const besides = { config: ['core'] };

const rules = [];
const forbid = (name, comment, from, to) => rules.push({ name, comment, severity: 'error', from, to });

forbid('no-cycles', 'A cycle has no bottom to start reading from.', {}, { circular: true });
forbid('no-unresolvable', 'Imports that lead nowhere.', {}, { couldNotResolve: true });
forbid('nothing-shipped-imports-test', '', { path: '^(src|providers|metadata|certs)/' }, { path: '^(test|docker)/' });
forbid('certs-stand-alone', '', { path: '^certs/' }, { path: '^(src|providers|metadata)/' });
forbid('metadata-sees-certs-only', '', { path: '^metadata/' }, { path: '^(src|providers)/' });
forbid('providers-never-see-the-broker', '', { path: '^providers/' }, { path: '^src/' });
forbid(
  'providers-no-web-no-sql',
  'A provider knows no express, no SQL, no session.',
  { path: '^(providers|metadata|certs)/' },
  { path: 'node_modules/(express|kysely|pg|redis|oidc-provider|hono|pino|nodemailer)/' },
);
forbid(
  'vendors-keep-apart',
  'One vendor never imports another; what they share is in protocols/.',
  { path: '^providers/(citrix|active-directory|azure-ad|okta|gateway|oidc|saml)/' },
  { path: '^providers/(citrix|active-directory|azure-ad|okta|gateway|oidc|saml)/', pathNot: '^providers/$1/' },
);
forbid(
  'protocols-know-no-vendor',
  '',
  { path: '^providers/(protocols/|provider\\.ts|errors\\.ts)' },
  { path: '^providers/(citrix|active-directory|azure-ad|okta|gateway|oidc|saml|registry)' },
);
forbid(
  'registry-from-entry-only',
  'The entry hands the registry down; nobody else knows which providers exist.',
  { path: '^(src|providers)/', pathNot: '^src/([^/]+\\.ts$|cli/)' },
  { path: '^providers/registry\\.ts$' },
);
forbid('entry-is-the-top', '', { path: '^src/[^/]+/', pathNot: '^src/cli/' }, { path: '^src/([^/]+\\.ts$|cli/)' });
for (const [index, row] of rows.entries())
  for (const folder of row) {
    const allowed = [folder, ...(besides[folder] ?? []), ...rows.slice(index + 1).flat()];
    forbid(
      `${folder}-imports-only-from-below`,
      `src/${folder} may import: ${allowed.join(', ')}`,
      { path: `^src/${folder}/` },
      { path: '^src/[^/]+/', pathNot: `^src/(${allowed.join('|')})/` },
    );
  }
forbid(
  'shipped-code-needs-no-dev-dependency',
  'Production installs without them.',
  { path: '^(src|providers|metadata|certs)/' },
  { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
);

export default {
  forbidden: rules,
  options: {
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};

/**
 * dependency-cruiser reads TypeScript by the API of the compiler up to version 6, which the native version 7 does not
 * have. The one function that it needs is lent to it here, by Node's own type stripping; type imports are made into
 * plain ones first, because they are arrows too. Hence `node --import ./.dependency-cruiser.mjs …` in package.json;
 * to be removed when dependency-cruiser supports TypeScript 7.
 */
globalThis.typescriptForArrows = {
  version: '6.0.0',
  SyntaxKind: {},
  transpileModule: (source) => ({
    outputText: stripTypeScriptTypes(source.replace(/^(import|export) type (?=[\w{*][^;]*? from )/gm, '$1 ')),
  }),
};
const lent = {
  typescript: ['module', 'export default globalThis.typescriptForArrows;'],
  'typescript/package.json': ['json', '{ "version": "6.0.0" }'],
};
registerHooks({
  resolve(specifier, context, next) {
    const isAsked = Object.hasOwn(lent, specifier) && context.parentURL?.includes('/dependency-cruiser/');
    return isAsked
      ? { url: `lent:${specifier}`, format: lent[specifier][0], shortCircuit: true }
      : next(specifier, context);
  },
  load(url, context, next) {
    if (!url.startsWith('lent:')) return next(url, context);
    const [format, source] = lent[url.slice('lent:'.length)];
    return { format, source, shortCircuit: true };
  },
});
