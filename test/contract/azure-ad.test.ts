import { azureAd } from '../../providers/azure-ad/azure-ad.ts';
import type { RedirectProvider } from '../../providers/provider.ts';
import { testPorts } from '../support/ports.ts';
import { browseUpstream } from '../support/upstream-browser.ts';
import { azureAdInstallation } from '../support/upstreams/oidc/azure-ad-installation.ts';
import { startEntraLike } from '../support/upstreams/oidc/entra-like.ts';
import { describeProvider } from './provider-contract.ts';

const callbackUrl = 'https://accounts.test/core/login-azuread';
const tenantId = '0a1b2c3d-0000-4000-8000-00000000abcd';
const registration = { clientId: 'application', clientSecret: 'secret' };

describeProvider('azure-ad', async () => {
  const upstream = await startEntraLike({
    tenantId,
    loginPage: false,
    clients: [{ ...registration, redirectUris: [callbackUrl] }],
    users: [
      {
        username: 'alice',
        password: 'irrelevant',
        subject: '7531c39e-8e42-4bb2-8a6d-f068e638b5db',
        claims: {
          email: 'claimed-in-the-token@evil.example',
          onPremisesSecurityIdentifier: 'S-1-5-21-claimed-in-the-token',
          _claim_names: { groups: 'src1' },
          _claim_sources: { src1: { endpoint: 'https://graph.windows.net/retired' } },
        },
        groups: ['group-1', 'group-2', 'group-3'],
        graph: {
          onPremisesSecurityIdentifier: 'S-1-5-21-69083081-1352353885-1600587428-14942',
          onPremisesImmutableId: '9CunOUcNlkSeAE4rGWMRHg==',
          userPrincipalName: 'alice@contoso.example',
          mail: 'alice.arai@contoso.example',
          displayName: 'Alice Arai',
          surname: 'Arai',
          officeLocation: 'not on the list',
        },
      },
    ],
  });
  const settings = azureAd.schema.parse({
    tenantId: tenantId.toUpperCase(),
    authority: upstream.url,
    graphUrl: upstream.url,
    groups: true,
  });
  return {
    definition: azureAd,
    provider: azureAd.create(settings, testPorts(), {
      azureAd: azureAdInstallation(upstream.url, registration),
    } as never) as RedirectProvider,
    browse: (send, browser) => browseUpstream(send, callbackUrl, browser.cookies),
    callbackUrl,
    expected: {
      subject: `${tenantId}.7531c39e-8e42-4bb2-8a6d-f068e638b5db`,
      raw: {
        sid: { name: 'onPremisesSecurityIdentifier', values: ['S-1-5-21-69083081-1352353885-1600587428-14942'] },
        upn: { name: 'userPrincipalName', values: ['alice@contoso.example'] },
        oid: { name: 'onPremisesImmutableId', values: ['9CunOUcNlkSeAE4rGWMRHg=='] },
        email: { name: 'mail', values: ['alice.arai@contoso.example'] },
        displayName: { name: 'displayName', values: ['Alice Arai'] },
        familyName: { name: 'surname', values: ['Arai'] },
        groups: { name: 'transitiveMemberOf', values: ['group-1', 'group-2', 'group-3'] },
      },
    },
    denyNext: () => upstream.misbehaveNext('access-denied'),
    reuseOldAuthentication: () => upstream.misbehaveNext('auth-time-stale'),
    close: upstream.close,
  };
});
