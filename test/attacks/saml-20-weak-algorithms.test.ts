import { createHmac, createPrivateKey, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { craftSigned, idpKey, refusal } from '../support/upstreams/saml/crafted.ts';
import { algorithms } from '../support/upstreams/saml/sign-xml.ts';

describe('SAML-20, weak algorithms', () => {
  const { rsaSha1, rsaSha256, rsaSha512, sha1, sha256, sha512 } = algorithms;

  it('refuses genuine signatures with SHA-1, as signature and as digest', () => {
    const signature = craftSigned({}, 'assertion', { signature: rsaSha1 });
    expect(refusal(signature)).toMatchObject({ code: 'saml_algorithm_refused', detail: { received: rsaSha1 } });
    const digest = craftSigned({}, 'assertion', { digest: sha1 });
    expect(refusal(digest)).toMatchObject({ code: 'saml_algorithm_refused', detail: { received: sha1 } });
    const response = craftSigned({}, 'response', { signature: rsaSha1 });
    expect(refusal(response)).toMatchObject({ code: 'saml_algorithm_refused' });
  });

  it('accepts SHA-256 and SHA-512', () => {
    expect(refusal(craftSigned({}, 'both', { signature: rsaSha256, digest: sha512 }))).toHaveProperty('accepted');
    expect(refusal(craftSigned({}, 'both', { signature: rsaSha512, digest: sha256 }))).toHaveProperty('accepted');
  });

  it.each([
    'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
    'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256',
    'http://www.w3.org/2000/09/xmldsig#dsa-sha1',
    'http://www.w3.org/2001/04/xmldsig-more#rsa-md5',
    'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1',
    'none',
    '',
  ])('refuses the signature method "%s"', (method) => {
    const xml = craftSigned().replace(
      `<ds:SignatureMethod Algorithm="${rsaSha256}"`,
      `<ds:SignatureMethod Algorithm="${method}"`,
    );
    expect(refusal(xml)).toMatchObject({ code: 'saml_algorithm_refused' });
  });

  it('refuses an HMAC keyed with the public certificate', () => {
    const hmac = 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256';
    const xml = craftSigned().replace(rsaSha256, hmac);
    const value = createHmac('sha256', idpKey.certificate).update('anything').digest('base64');
    const forged = xml.replace(/<ds:SignatureValue>[^<]*/, `<ds:SignatureValue>${value}`);
    expect(refusal(forged)).toMatchObject({ code: 'saml_algorithm_refused' });
  });

  it('refuses an RSA key under an ECDSA name', () => {
    const xml = craftSigned().replace(rsaSha256, 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256');
    const value = sign('sha256', Buffer.from('x'), createPrivateKey(idpKey.privateKey)).toString('base64');
    const forged = xml.replace(/<ds:SignatureValue>[^<]*/, `<ds:SignatureValue>${value}`);
    expect(refusal(forged)).toMatchObject({ code: 'saml_signature_invalid' });
  });
});
