/**
 * Settings of each kind of connection, with another value for each of its `endpoint` settings: for tests that walk over all
 * of them, so that a new one cannot be forgotten.
 */
import { definitionOf, providerKinds } from '../../../providers/registry.ts';
import { issue } from '../certificates.ts';
import { serviceProviderKey } from './saml/connection.ts';

const guid = '0a1b2c3d-0000-4000-8000-00000000abcd';
const secrets = { clientId: 'c', clientSecret: 'canary-of-the-client' };

/** Whole settings, with honest addresses on `honest.example`. */
export const settingsOf: Readonly<Record<string, () => Record<string, unknown>>> = {
  okta: () => ({ url: 'https://honest.example', apiToken: 'canary-api-token', customDomain: true, ...secrets }),
  gateway: () => ({ fqdn: 'honest.example', ...secrets }),
  oidc: () => ({ issuer: 'https://honest.example', ...secrets }),
  'azure-ad': () => ({
    tenantId: guid,
    authority: 'https://honest.example',
    graphUrl: 'https://honest.example',
    ...secrets,
  }),
  saml: () => ({
    entityId: 'https://honest.example/idp',
    singleSignOnUrl: 'https://honest.example/sso',
    certificates: [serviceProviderKey().certificate],
  }),
};

export interface EndpointSetting {
  kind: string;
  key: string;
  /** `address`: we connect to it. `named`: it is compared with, and no request goes there because of it. */
  is: 'address' | 'named';
  another: string;
}

const known: Readonly<Record<string, Pick<EndpointSetting, 'is' | 'another'>>> = {
  'okta.url': { is: 'address', another: 'https://evil.example' },
  // discovery begins there, and the document must name it
  'okta.issuer': { is: 'address', another: 'https://evil.example' },
  'gateway.fqdn': { is: 'address', another: 'evil.example' },
  'gateway.issuer': { is: 'named', another: 'https://evil.example' },
  'gateway.certificateAuthorities': { is: 'named', another: issue({ name: 'Evil CA', authority: true }).certificate },
  'oidc.issuer': { is: 'address', another: 'https://evil.example' },
  'oidc.certificateAuthorities': { is: 'named', another: issue({ name: 'Evil CA', authority: true }).certificate },
  'azure-ad.tenantId': { is: 'named', another: guid.replaceAll('0', '1') },
  'azure-ad.authority': { is: 'address', another: 'https://evil.example' },
  'azure-ad.graphUrl': { is: 'address', another: 'https://evil.example' },
  'saml.entityId': { is: 'named', another: 'https://evil.example/idp' },
  'saml.singleSignOnUrl': { is: 'address', another: 'https://evil.example/sso' },
};

/** Of every kind in the registry. Throws for one that nobody has said of what it is. */
export function endpointSettings(): EndpointSetting[] {
  return providerKinds.flatMap((kind) =>
    (definitionOf(kind)?.descriptions ?? [])
      .filter(({ endpoint }) => endpoint === true)
      .map(({ key }) => {
        const setting = known[`${kind}.${key}`];
        if (setting === undefined) throw new Error(`say in endpoint-settings.ts what ${kind}.${key} is`);
        return { kind, key, ...setting };
      }),
  );
}
