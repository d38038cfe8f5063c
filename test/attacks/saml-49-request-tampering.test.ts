import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scanDocument } from '../../providers/protocols/saml/scan-document.ts';
import { writeAuthnRequest } from '../../providers/protocols/saml/write-requests.ts';
import { acsUrl, samlConnection, serviceProviderKey, spEntityId } from '../support/upstreams/saml/connection.ts';
import { samlUser } from '../support/upstreams/saml/people.ts';
import { type SamlIdp, startSamlIdp } from '../support/upstreams/saml/saml-idp.ts';

describe('SAML-49, tampering with our request', () => {
  let idp: SamlIdp;
  beforeAll(async () => {
    const { certificate } = serviceProviderKey();
    idp = await startSamlIdp({
      users: [samlUser],
      serviceProvider: { entityId: spEntityId, acsUrl, certificate },
      autoUser: 'suzuki',
    });
  });
  afterAll(() => idp.close());

  const begin = async (binding: 'post' | 'redirect') => {
    const { provider } = samlConnection({ metadata: idp.metadata(), binding });
    return (await provider.begin({ handle: 'handle-1', callbackUrl: acsUrl, forceAuthentication: false })).send;
  };

  it('is noticed by the identity provider in a redirect', async () => {
    const send = await begin('redirect');
    expect((await fetch(send.url)).status).toBe(200);
    expect((await fetch(send.url.replace('RelayState=handle-1', 'RelayState=handle-2'))).status).toBe(400);
    expect((await fetch(send.url.replace(/&Signature=.*/, ''))).status).toBe(400);
  });

  it('is noticed by the identity provider in a post', async () => {
    const send = await begin('post');
    const fields = send.method === 'POST' ? send.fields : {};
    const post = (SAMLRequest: string) =>
      fetch(send.url, { method: 'POST', body: new URLSearchParams({ ...fields, SAMLRequest }) });
    expect((await post(fields.SAMLRequest!)).status).toBe(200);
    const xml = Buffer.from(fields.SAMLRequest!, 'base64').toString();
    const moved = xml.replace(acsUrl, 'https://evil.test/acs');
    expect((await post(Buffer.from(moved).toString('base64'))).status).toBe(400);
  });

  it('has nothing to begin with: every value of the request is escaped (SAML-46)', () => {
    const evil = `"><script>&'\n]]>`;
    const xml = writeAuthnRequest({
      id: '_a',
      issuedAt: 0,
      destination: evil,
      issuer: evil,
      acsUrl: evil,
      forceAuthentication: true,
      context: { class: evil, comparison: 'exact' },
    });
    const root = scanDocument(xml);
    expect(root.attributes.find(({ name }) => name === 'Destination')?.value).toBe(evil);
    expect(root.children.map((child) => (typeof child === 'string' ? child : child.local))).toEqual([
      'Issuer',
      'NameIDPolicy',
      'RequestedAuthnContext',
    ]);
  });
});
