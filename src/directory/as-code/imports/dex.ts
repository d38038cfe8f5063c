/** The connectors of a Dex configuration file (YAML): `saml`, `oidc`, `microsoft`. */
import { z } from 'zod';
import { problemsOf } from '../../errors.ts';
import { documentInvalid, parseYaml } from '../document.ts';
import { createImport, type ImportBuilder, type Importer, toPem } from './imported.ts';

const configSchema = z.record(z.string(), z.unknown());
const dexSchema = z.looseObject({
  connectors: z
    .array(
      z.looseObject({
        type: z.string(),
        id: z.string(),
        name: z.string().optional(),
        config: configSchema.nullish().transform((config) => config ?? {}),
      }),
    )
    .default([]),
});
type Config = z.output<typeof configSchema>;

export const importDex: Importer = (text, definitionOf) => {
  const read = dexSchema.safeParse(parseYaml(text));
  if (!read.success) throw documentInvalid(problemsOf(read.error));
  const building = createImport(definitionOf);
  for (const { type, id, name = id, config } of read.data.connectors) {
    if (type === 'saml') importSaml(building, name, config);
    else if (type === 'oidc') importOpenId(building, name, config, textOf(config, 'issuer'));
    else if (type === 'microsoft') importMicrosoft(building, name, config);
    else building.skip(name, `"${type}" is no provider that subscribers or administrators sign in with here`);
  }
  return building.result();
};

function importSaml(building: ImportBuilder, name: string, config: Config): void {
  const singleSignOnUrl = textOf(config, 'ssoURL');
  if (singleSignOnUrl === undefined) {
    building.skip(name, 'it has no ssoURL');
    return;
  }
  const entityId = textOf(config, 'ssoIssuer');
  if (entityId === undefined)
    building.remark(`"${name}": Dex accepted any issuer (no ssoIssuer); import its metadata before the test`);
  const data = textOf(config, 'caData');
  const pem = data === undefined ? undefined : fromBase64(data);
  if (pem === undefined && typeof config.ca === 'string')
    building.remark(`"${name}": its certificate is in the file ${config.ca}; enter it before the test`);
  if (config.insecureSkipSignatureValidation === true)
    building.remark(`"${name}": Dex did not check its signatures; here they always are`);
  const attributes = {
    email: textOf(config, 'emailAttr'),
    displayName: textOf(config, 'usernameAttr'),
    groups: textOf(config, 'groupsAttr'),
  };
  const named = Object.fromEntries(Object.entries(attributes).filter(([, attribute]) => attribute !== undefined));
  building.saml(name, {
    entityId,
    singleSignOnUrl,
    binding: 'post',
    // Dex signs no requests, so the provider has no key of it to know.
    signRequests: false,
    certificates: pem === undefined ? undefined : [toPem(pem)],
    attributes: Object.keys(named).length === 0 ? undefined : named,
  });
}

function importMicrosoft(building: ImportBuilder, name: string, config: Config): void {
  const tenant = textOf(config, 'tenant');
  if (tenant === undefined || !/^[0-9a-f-]{36}$/i.test(tenant)) {
    building.skip(name, 'its tenant is not one directory’s ID (GUID); connect Azure AD in the console');
    return;
  }
  importOpenId(building, name, config, `https://login.microsoftonline.com/${tenant}/v2.0`);
}

function importOpenId(building: ImportBuilder, name: string, config: Config, issuer: string | undefined): void {
  const clientId = textOf(config, 'clientID');
  if (issuer === undefined) {
    building.skip(name, 'it has no issuer');
    return;
  }
  if (clientId === undefined) {
    building.skip(name, 'it has no clientID');
    return;
  }
  const secret = textOf(config, 'clientSecret');
  // Dex replaces `$NAME` with the variable of its environment.
  const variable = /^\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?$/.exec(secret ?? '')?.[1];
  building.openId(name, { issuer, clientId, secret: variable === undefined ? secret : { env: variable } });
}

function textOf(config: Config, key: string): string | undefined {
  const value = config[key];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** `caData` is the PEM once more in Base64. */
function fromBase64(data: string): string {
  const text = Buffer.from(data, 'base64').toString('latin1');
  return text.includes('-----BEGIN') ? text : data;
}
