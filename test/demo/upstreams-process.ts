/** The four simulated upstreams in a process of their own. Ends with its parent. Started by `demo.ts` as a child. */
import { startEntraLike } from '../support/upstreams/oidc/entra-like.ts';
import { startNetScalerLike } from '../support/upstreams/oidc/netscaler-like.ts';
import { startOktaLike } from '../support/upstreams/oidc/okta-like.ts';
import type { SimulatedClient } from '../support/upstreams/oidc/vendor.ts';
import { type SamlIdpOptions, startSamlIdp } from '../support/upstreams/saml/saml-idp.ts';
import { makeIdpKey } from '../support/upstreams/saml/sign-xml.ts';
import { serveParent } from './child.ts';
import { entraUsers, gatewayUsers, oktaUsers, samlUsers, tenantId } from './organizations.ts';

interface Place {
  port: number;
  publicUrl: string;
}
interface OpenIdPlace extends Place {
  client: SimulatedClient;
}
export interface OpenIdPlan {
  okta: OpenIdPlace;
  entra: OpenIdPlace;
  gateway: OpenIdPlace;
}
export interface SamlPlan extends Place {
  serviceProvider: SamlIdpOptions['serviceProvider'];
}

const key = makeIdpKey({ commonName: 'Contoso SAML' });

serveParent({
  async start(plan: OpenIdPlan) {
    const { okta, entra, gateway } = plan;
    await Promise.all([
      startOktaLike({ ...placed(okta), users: oktaUsers }),
      startEntraLike({ ...placed(entra), users: entraUsers, tenantId }),
      startNetScalerLike({ ...placed(gateway), users: gatewayUsers }),
    ]);
  },
  /** The SAML provider knows our certificate and checks the signature of every request, so it starts after the broker. */
  async startSaml(plan: SamlPlan) {
    const idp = await startSamlIdp({ ...plan, users: samlUsers, key });
    return { metadata: idp.metadata() };
  },
});

function placed({ client, ...place }: OpenIdPlace) {
  return { ...place, clients: [client] };
}
