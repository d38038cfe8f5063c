/** The simulated upstreams, on the core of the load. Ends with its parent. */
import { serveParent } from '../demo/child.ts';
import { alice, client } from '../support/scenario/upstreams.ts';
import { startOktaLike } from '../support/upstreams/oidc/okta-like.ts';
import { samlUser } from '../support/upstreams/saml/people.ts';
import { type SamlIdpOptions, startSamlIdp } from '../support/upstreams/saml/saml-idp.ts';

serveParent({
  async startOpenId(redirectUris: string[]) {
    const { url } = await startOktaLike({ users: [alice], loginPage: false, clients: [{ ...client, redirectUris }] });
    return { url };
  },
  async startSaml(serviceProvider: SamlIdpOptions['serviceProvider']) {
    const idp = await startSamlIdp({ users: [samlUser], autoUser: samlUser.username, serviceProvider });
    return { metadata: idp.metadata() };
  },
});
