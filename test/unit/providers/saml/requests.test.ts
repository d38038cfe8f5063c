import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { attributeOf } from '../../../../metadata/xml-tree.ts';
import { scanDocument } from '../../../../providers/protocols/saml/scan-document.ts';
import { testPorts } from '../../../support/ports.ts';
import { acsUrl, samlConnection, spEntityId } from '../../../support/upstreams/saml/connection.ts';
import { idpKey, now } from '../../../support/upstreams/saml/crafted.ts';

const settings = {
  entityId: 'https://idp.test',
  singleSignOnUrl: 'https://idp.test/sso?tenant=1',
  certificates: [idpKey.certificate],
};
const request = { handle: 'handle-1', callbackUrl: acsUrl, forceAuthentication: false };
const ports = () => testPorts({ now: () => now });

async function sent(more: Record<string, unknown>, change: Partial<typeof request> = {}) {
  const { provider } = samlConnection({ ...settings, ...more }, ports());
  const { send, remember } = await provider.begin({ ...request, ...change });
  const text =
    send.method === 'POST'
      ? Buffer.from(send.fields.SAMLRequest!, 'base64').toString()
      : inflateRawSync(Buffer.from(new URL(send.url).searchParams.get('SAMLRequest')!, 'base64')).toString();
  return { send, remember, text, root: scanDocument(text) };
}

describe('the authentication request', () => {
  it('is unsigned where the connection says so', async () => {
    for (const binding of ['post', 'redirect']) {
      const { send, text } = await sent({ binding, signRequests: false });
      expect(text).not.toContain('Signature');
      if (send.method === 'GET')
        expect([...new URL(send.url).searchParams.keys()]).toEqual(['tenant', 'SAMLRequest', 'RelayState']);
    }
  });

  it('signs a redirect over the query as it is sent', async () => {
    const { send } = await sent({ binding: 'redirect' });
    expect([...new URL(send.url).searchParams.keys()]).toEqual([
      'tenant',
      'SAMLRequest',
      'RelayState',
      'SigAlg',
      'Signature',
    ]);
    expect(send.url).toContain('SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256');
  });

  it('says who asks, where to answer, when, and under a new unguessable ID each time', async () => {
    const { root, remember } = await sent({});
    expect(Object.fromEntries(root.attributes.map(({ name, value }) => [name, value]))).toEqual({
      AssertionConsumerServiceURL: acsUrl,
      Destination: settings.singleSignOnUrl,
      ID: remember.requestId,
      IssueInstant: new Date(now).toISOString(),
      ProtocolBinding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
      Version: '2.0',
    });
    expect(remember.requestId).toMatch(/^_[0-9a-f]{40}$/);
    expect((await sent({})).remember.requestId).not.toBe(remember.requestId);
    expect(remember).toMatchObject({ spEntityId, idpEntityId: 'https://idp.test', acsUrl, requestedAt: now });
  });

  it('asks for a new sign-in only when told to', async () => {
    expect(attributeOf((await sent({})).root, 'ForceAuthn')).toBeUndefined();
    expect(attributeOf((await sent({}, { forceAuthentication: true })).root, 'ForceAuthn')).toBe('true');
  });

  it('asks for an authentication context only where one is configured (SML-2)', async () => {
    expect((await sent({})).text).not.toContain('RequestedAuthnContext');
    const context = { class: 'urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos', comparison: 'minimum' };
    expect((await sent({ context })).text).toContain('<samlp:RequestedAuthnContext Comparison="minimum">');
  });
});
