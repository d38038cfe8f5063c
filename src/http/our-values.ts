/** What the administrator of the other side must be told about us, for one connection. Pure. */
import type { AttributeRole, ProviderDefinition } from '../../providers/provider.ts';
import { attributeRoles } from '../../providers/provider.ts';
import type { Sites } from '../config/sites.ts';
import { valueAt } from '../directory/connections/setting-paths.ts';
import type { OurValues } from '../guides/guide.ts';
import { samlMetadataUrlFor } from './saml-metadata-url.ts';
import { defaultsOf } from './views/setting-values.ts';

/** `settings`: of the draft where there is one. `workspaceName`: null where nobody starts at a workspace. */
export function ourValuesOf(
  sites: Pick<
    Sites,
    | 'samlEntityId'
    | 'samlEntityIdOf'
    | 'samlMetadataUrl'
    | 'samlMetadataUrlOf'
    | 'acsUrl'
    | 'callbackUrl'
    | 'workspaceUrl'
  >,
  definition: ProviderDefinition,
  {
    id,
    settings,
    workspaceName,
    metadataMark,
  }: {
    id: string;
    settings: Readonly<Record<string, unknown>>;
    workspaceName: string | null;
    /** Of its own address of our SAML metadata (`samlMetadataUrlFor`). */
    metadataMark?: string;
  },
): OurValues {
  const defaults = defaultsOf(definition);
  const textAt = (key: string): string | undefined => {
    const value = valueAt(settings, key) ?? defaults.get(key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const names = Object.fromEntries(
    attributeRoles.map((role) => [role, textAt(`attributes.${role}`) ?? role]),
  ) as Record<AttributeRole, string>;
  const workspace = workspaceName === null ? {} : { workspace: sites.workspaceUrl(workspaceName) };
  if (definition.kind === 'saml') {
    const isOwn = settings.ownEntityId === true;
    return {
      names,
      values: {
        ...workspace,
        entityId: isOwn ? sites.samlEntityIdOf(id) : sites.samlEntityId,
        acs: sites.acsUrl,
        metadata: samlMetadataUrlFor(sites, { id, settings }, metadataMark),
      },
    };
  }
  const [clientId, scopes] = [textAt('clientId'), textAt('scopes')];
  return {
    names,
    values: {
      ...workspace,
      redirectUri: sites.callbackUrl(definition.callback),
      ...(clientId !== undefined && { clientId }),
      ...(scopes !== undefined && { scopes }),
    },
  };
}
