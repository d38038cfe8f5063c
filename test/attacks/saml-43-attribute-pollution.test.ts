import { describe, expect, it } from 'vitest';
import { testPorts } from '../support/ports.ts';
import { samlConnection } from '../support/upstreams/saml/connection.ts';
import { craft, craftSigned, ground, idpKey, now, read, refusal } from '../support/upstreams/saml/crafted.ts';

const names = ['__proto__', 'constructor', 'prototype', 'toString', 'issuer', 'inResponseTo', 'sessionIndex', 'nameID'];
const polluted = names.map((name) => ({ name, values: ['polluted'] }));

describe('SAML-43, attribute pollution', () => {
  it('reads only attributes of the list', () => {
    const { attributes, issuer, nameId } = read(craftSigned({ attributes: polluted }));
    expect([...attributes.keys()]).toEqual([]);
    expect(issuer).toBe(ground.idpEntityId);
    expect(nameId.value).toBe('victim@idp.test');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('treats such a name as a name where an administrator maps it', async () => {
    const { provider } = samlConnection(
      {
        entityId: ground.idpEntityId,
        singleSignOnUrl: 'https://idp.test/sso',
        certificates: [idpKey.certificate],
        attributes: { sid: '__proto__', upn: 'constructor' },
      },
      testPorts({ now: () => now }),
    );
    const { remember } = await provider.begin({ handle: 'h', callbackUrl: ground.acsUrl, forceAuthentication: false });
    const inResponseTo = String(remember.requestId);
    const xml = craftSigned((facts) => ({
      inResponseTo,
      attributes: polluted,
      confirmation: { ...facts.confirmation!, inResponseTo },
    }));
    const parameters = { SAMLResponse: Buffer.from(xml).toString('base64') };
    const { raw } = await provider.complete({ method: 'POST', url: ground.acsUrl, parameters }, remember);
    expect(raw).toEqual({
      sid: { name: '__proto__', values: ['polluted'] },
      upn: { name: 'constructor', values: ['polluted'] },
    });
    expect(Object.getPrototypeOf(raw)).toBe(Object.prototype);
  });

  it('keeps every value of an attribute that came twice, so that claims can refuse it', () => {
    const twice = ['a@example.test', 'b@example.test'].map((value) => ({ name: 'cip_email', values: [value] }));
    expect(read(craftSigned({ attributes: twice })).attributes.get('cip_email')).toEqual([
      'a@example.test',
      'b@example.test',
    ]);
  });

  it('goes by Name, exactly, and never by FriendlyName', () => {
    const near = [
      { name: 'urn:other', friendlyName: 'cip_sid', values: ['S-1-5-21-9-9-9-500'] },
      { name: 'CIP_SID', values: ['S-1-5-21-9-9-9-500'] },
      { name: ' cip_sid', values: ['S-1-5-21-9-9-9-500'] },
    ];
    expect(read(craftSigned({ attributes: near })).attributes.size).toBe(0);
  });

  it('refuses values that are too long, too many or no text, of mapped attributes only', () => {
    const refused = { code: 'saml_attribute_refused', detail: { where: 'attribute cip_sid' } };
    const long = (name: string) => craftSigned({ attributes: [{ name, values: ['x'.repeat(1025)] }] });
    expect(refusal(long('cip_sid'))).toMatchObject(refused);
    expect(refusal(long('unmapped'))).toHaveProperty('accepted');
    const many = craftSigned({ attributes: [{ name: 'cip_sid', values: Array.from({ length: 1001 }, () => 'x') }] });
    expect(refusal(many)).toMatchObject(refused);
    const nested =
      '<saml:Attribute Name="cip_sid"><saml:AttributeValue><b>S</b>-1</saml:AttributeValue></saml:Attribute>';
    expect(refusal(craftSigned({ extraAttributes: nested }))).toMatchObject(refused);
    expect(
      refusal(craft({ attributes: [{ name: 'cip_sid', values: Array.from({ length: 2000 }, () => 'x') }] })),
    ).toMatchObject({
      code: 'saml_structure_refused',
    });
  });

  it('takes nil and empty values for nothing', () => {
    const value = (inside: string) => `<saml:Attribute Name="cip_sid">${inside}</saml:Attribute>`;
    const nil = '<saml:AttributeValue xsi:nil="true"/>';
    const empty = '<saml:AttributeValue/><saml:AttributeValue>  </saml:AttributeValue>';
    const read_ = (inside: string) =>
      read(craftSigned({ attributes: [], extraAttributes: value(inside) })).attributes.get('cip_sid');
    expect(read_(nil)).toBeUndefined();
    for (const said of ['true', '1']) {
      expect(read_(`<saml:AttributeValue xsi:nil="${said}">S-1-5-21-9-9-9-500</saml:AttributeValue>`)).toBeUndefined();
    }
    expect(read_('<saml:AttributeValue xsi:nil="false">S-1</saml:AttributeValue>')).toEqual(['S-1']);
    expect(read_(empty)).toBeUndefined();
    expect(read_(`${nil}${empty}<saml:AttributeValue>S-1</saml:AttributeValue>`)).toEqual(['S-1']);
  });
});
