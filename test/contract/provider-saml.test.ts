import { saml } from '../../providers/saml/saml.ts';
import { acsUrl, samlConnection, serviceProviderKey, spEntityId } from '../support/upstreams/saml/connection.ts';
import { samlUser } from '../support/upstreams/saml/people.ts';
import { startSamlIdp } from '../support/upstreams/saml/saml-idp.ts';
import { visitIdp } from '../support/upstreams/saml/visit-idp.ts';
import { describeProvider } from './provider-contract.ts';

describeProvider('saml', async () => {
  const { certificate } = serviceProviderKey();
  const idp = await startSamlIdp({ users: [samlUser], serviceProvider: { entityId: spEntityId, acsUrl, certificate } });
  const { username, password, attributes } = samlUser;
  const raw = (name: string) => ({ name, values: [attributes[name]!].flat() });
  return {
    definition: saml,
    provider: samlConnection({ metadata: idp.metadata() }).provider,
    browse: (send, { cookies }) => visitIdp({ send, acsUrl, cookies, credentials: { username, password } }),
    callbackUrl: acsUrl,
    expected: {
      subject: [idp.entityId, 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', samlUser.nameId]
        .map(encodeURIComponent)
        .join('|'),
      raw: {
        sid: raw('cip_sid'),
        upn: raw('cip_upn'),
        oid: raw('cip_oid'),
        email: raw('cip_email'),
        groups: raw('cip_groups'),
        displayName: raw('displayName'),
        givenName: raw('givenName'),
        familyName: raw('familyName'),
      },
    },
    denyNext: () => idp.misbehaveNext('status-error'),
    reuseOldAuthentication: () => idp.misbehaveNext('stale-authentication'),
    close: idp.close,
  };
});
