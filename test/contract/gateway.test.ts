import { gateway } from '../../providers/gateway/gateway.ts';
import type { RedirectProvider } from '../../providers/provider.ts';
import { testPorts } from '../support/ports.ts';
import { browseUpstream } from '../support/upstream-browser.ts';
import { startNetScalerLike } from '../support/upstreams/oidc/netscaler-like.ts';
import { describeProvider } from './provider-contract.ts';

const callbackUrl = 'https://accounts.test/core/login-cip';

describeProvider('gateway', async () => {
  const upstream = await startNetScalerLike({
    loginPage: false,
    unnamedKeys: true,
    clients: [{ clientId: 'client', clientSecret: 'secret', redirectUris: [callbackUrl] }],
    users: [
      {
        username: 'alice',
        password: 'irrelevant',
        subject: 'alice',
        claims: {
          cip_sid: 'AQUAAAAAAAUVAAAA1XinPvtHrNQJiIhkUQQAAA==',
          cip_upn: 'alice@corp.example',
          cip_oid: '9CunOUcNlkSeAE4rGWMRHg==',
          cip_email: 'alice@mail.example',
          password: 'never-leaves',
          domain: 'CORP',
        },
      },
    ],
  });
  const settings = gateway.schema.parse({ fqdn: upstream.url, clientId: 'client', clientSecret: 'secret' });
  return {
    definition: gateway,
    provider: gateway.create(settings, testPorts(), {} as never) as RedirectProvider,
    browse: (send, browser) => browseUpstream(send, callbackUrl, browser.cookies),
    callbackUrl,
    expected: {
      subject: 'alice',
      raw: {
        sid: { name: 'cip_sid', values: ['AQUAAAAAAAUVAAAA1XinPvtHrNQJiIhkUQQAAA=='] },
        upn: { name: 'cip_upn', values: ['alice@corp.example'] },
        oid: { name: 'cip_oid', values: ['9CunOUcNlkSeAE4rGWMRHg=='] },
        email: { name: 'cip_email', values: ['alice@mail.example'] },
      },
    },
    denyNext: () => upstream.misbehaveNext('access-denied'),
    reuseOldAuthentication: () => upstream.misbehaveNext('auth-time-stale'),
    close: upstream.close,
  };
});
