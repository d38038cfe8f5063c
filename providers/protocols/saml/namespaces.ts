/** XML namespaces and identifiers, as their standards write them. */
export const samlProtocol = 'urn:oasis:names:tc:SAML:2.0:protocol';
export const samlAssertion = 'urn:oasis:names:tc:SAML:2.0:assertion';
export const xmlSignature = 'http://www.w3.org/2000/09/xmldsig#';
export const xmlEncryption = 'http://www.w3.org/2001/04/xmlenc#';
export const xmlEncryption11 = 'http://www.w3.org/2009/xmlenc11#';
export const exclusiveCanonicalization = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const envelopedSignature = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
export const schemaInstance = 'http://www.w3.org/2001/XMLSchema-instance';

export const bindingPost = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
export const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
export const statusSuccess = 'urn:oasis:names:tc:SAML:2.0:status:Success';
export const entityFormat = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity';
export const transientFormat = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';
export const unspecifiedFormat = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';
