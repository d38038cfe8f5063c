import { oidc } from '../../providers/oidc/oidc.ts';
import type { RedirectProvider } from '../../providers/provider.ts';
import { testPorts } from '../support/ports.ts';
import { browseUpstream } from '../support/upstream-browser.ts';
import { startOktaLike } from '../support/upstreams/oidc/okta-like.ts';
import { describeProvider } from './provider-contract.ts';

const callbackUrl = 'https://accounts.test/core/login-oidc';

describeProvider('oidc', async () => {
  const upstream = await startOktaLike({
    loginPage: false,
    clients: [{ clientId: 'client', clientSecret: 's:cr t/+', redirectUris: [callbackUrl] }],
    users: [
      {
        username: 'alice',
        password: 'irrelevant',
        subject: '00u1a2b3c4',
        claims: {
          name: 'Alice Arai',
          email: 'alice@mail.example',
          cip_sid: 'S-1-5-21-1-2-3-1001',
          cip_upn: 'alice@corp.example',
          cip_oid: '00112233-4455-6677-8899-aabbccddeeff',
          cip_email: 'alice@corp.example',
          cip_groups: ['S-1-5-21-1-2-3-513', 'S-1-5-21-1-2-3-514'],
          CIP_SID: 'another claim, by case',
          department: 'not on the list',
        },
      },
    ],
  });
  const settings = oidc.schema.parse({ issuer: upstream.url, clientId: 'client', clientSecret: 's:cr t/+' });
  return {
    definition: oidc,
    provider: oidc.create(settings, testPorts(), {} as never) as RedirectProvider,
    browse: (send, browser) => browseUpstream(send, callbackUrl, browser.cookies),
    callbackUrl,
    expected: {
      subject: '00u1a2b3c4',
      raw: {
        sid: { name: 'cip_sid', values: ['S-1-5-21-1-2-3-1001'] },
        upn: { name: 'cip_upn', values: ['alice@corp.example'] },
        oid: { name: 'cip_oid', values: ['00112233-4455-6677-8899-aabbccddeeff'] },
        email: { name: 'cip_email', values: ['alice@corp.example'] },
        displayName: { name: 'name', values: ['Alice Arai'] },
        groups: { name: 'cip_groups', values: ['S-1-5-21-1-2-3-513', 'S-1-5-21-1-2-3-514'] },
      },
    },
    denyNext: () => upstream.misbehaveNext('access-denied'),
    reuseOldAuthentication: () => upstream.misbehaveNext('auth-time-stale'),
    close: upstream.close,
  };
});
