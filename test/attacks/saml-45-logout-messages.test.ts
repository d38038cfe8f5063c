import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { samlConnection } from '../support/upstreams/saml/connection.ts';
import { ground, idpKey } from '../support/upstreams/saml/crafted.ts';

const logoutRequest = `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_a" Version="2.0"/>`;

describe('SAML-45, logout messages at the assertion consumer service', () => {
  const connect = () =>
    samlConnection({
      entityId: ground.idpEntityId,
      singleSignOnUrl: 'https://idp.test/sso',
      certificates: [idpKey.certificate],
    });
  const complete = async (method: 'GET' | 'POST', parameters: Record<string, string>) => {
    const { provider } = connect();
    const { remember } = await provider.begin({ handle: 'h', callbackUrl: ground.acsUrl, forceAuthentication: false });
    return provider.complete({ method, url: ground.acsUrl, parameters }, remember);
  };

  it('reads no request, signed or not', async () => {
    const SAMLRequest = Buffer.from(logoutRequest).toString('base64');
    await expect(complete('POST', { SAMLRequest })).rejects.toMatchObject({ code: 'callback_invalid' });
  });

  it('reads nothing from a query, so there is nothing to inflate (SAML-39)', async () => {
    const SAMLResponse = deflateRawSync(Buffer.alloc(1_000_000)).toString('base64');
    await expect(complete('GET', { SAMLResponse })).rejects.toMatchObject({ code: 'callback_invalid' });
    await expect(complete('POST', { SAMLResponse })).rejects.toMatchObject({ code: 'saml_malformed' });
  });

  it('does not take a LogoutResponse for a response', async () => {
    const SAMLResponse = Buffer.from(logoutRequest.replaceAll('LogoutRequest', 'LogoutResponse')).toString('base64');
    await expect(complete('POST', { SAMLResponse })).rejects.toMatchObject({ code: 'saml_structure_refused' });
  });
});
