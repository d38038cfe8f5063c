import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeSelfSignedCertificate } from '../../../certs/self-signed.ts';
import {
  CertificateError,
  type CertificateErrorCode,
  certificateErrorCodes,
  parseCertificates,
  validityOf,
} from '../../../certs/x509.ts';

const notBefore = Date.UTC(2026, 0, 1);
const notAfter = Date.UTC(2027, 0, 1);
const day = 86_400_000;

function makeKey(type: 'rsa', bits: number): string;
function makeKey(type: 'ec', curve: string): string;
function makeKey(type: 'rsa' | 'ec', parameter: number | string): string {
  const { privateKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: parameter as number })
      : generateKeyPairSync('ec', { namedCurve: parameter as string });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function certify(privateKeyPem: string, commonName = 'idp.test'): string {
  return makeSelfSignedCertificate({ commonName, privateKeyPem, notBefore, notAfter });
}

function refusalOf(text: string): { code: CertificateErrorCode; message: string } | undefined {
  try {
    parseCertificates(text);
  } catch (error) {
    if (error instanceof CertificateError) return { code: error.code, message: error.message };
    throw error;
  }
  return undefined;
}

const rsaKey = makeKey('rsa', 2048);
const rsa = certify(rsaKey);
const bare = rsa.replace(/-----[^-]+-----|\s/g, '');

describe('reading certificates', () => {
  it('describes an RSA certificate, alike from PEM and from the bare Base64 of metadata', () => {
    const [fromPem] = parseCertificates(rsa);
    expect(fromPem).toMatchObject({
      subject: 'CN=idp.test',
      issuer: 'CN=idp.test',
      notBefore,
      notAfter,
      keyType: 'rsa',
      keyBits: 2048,
      der: bare,
      pem: rsa,
    });
    expect(fromPem?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(parseCertificates(`\n  ${bare.replace(/.{60}/g, '$&\r\n\t ')}  `)).toEqual([fromPem]);
  });

  it.each([
    ['prime256v1', 'P-256', 256],
    ['secp384r1', 'P-384', 384],
    ['secp521r1', 'P-521', 521],
  ] as const)('accepts an EC key on %s', (name, curve, keyBits) => {
    expect(parseCertificates(certify(makeKey('ec', name)))).toMatchObject([{ keyType: 'ec', curve, keyBits }]);
  });

  it('splits a bundle, skips text around the blocks and gives doubles once', () => {
    const other = certify(makeKey('ec', 'prime256v1'), 'other.test');
    const certificates = parseCertificates(
      `Bag Attributes\n  friendlyName: x\n${rsa}subject=/CN=other\n${other}\n${rsa}`,
    );
    expect(certificates.map((certificate) => certificate.subject)).toEqual(['CN=idp.test', 'CN=other.test']);
  });

  it('keeps a name with separators in it one value', () => {
    expect(parseCertificates(certify(rsaKey, 'a, CN=b\nO=c'))[0]?.subject).not.toMatch(/(^|[^\\]), |\n/);
  });
});

describe('refusing certificates (CON-10, SAML-22)', () => {
  it('says so when a private key is pasted, as PEM of any kind or bare, and does not repeat it', () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const der = key.export({ format: 'der', type: 'pkcs8' }).toString('base64');
    const encrypted = { cipher: 'aes-256-cbc', passphrase: 'x' };
    const pasted = [
      `${rsa}${rsaKey}`,
      key.export({ format: 'pem', type: 'sec1' }).toString(),
      key.export({ format: 'pem', type: 'pkcs8', ...encrypted }).toString(),
      der,
      key.export({ format: 'der', type: 'pkcs8', ...encrypted }).toString('base64'),
    ];
    for (const text of pasted) {
      const refusal = refusalOf(text);
      expect(refusal?.code).toBe('private_key');
      expect(refusal?.message).not.toContain(der.slice(40, 60));
    }
  });

  it('refuses RSA keys below 2048 and above 8192 bits', () => {
    expect(refusalOf(certify(makeKey('rsa', 1024)))).toMatchObject({
      code: 'rsa_key_weak',
      message: expect.stringContaining('1024'),
    });
    expect(refusalOf(longKey)).toMatchObject({ code: 'rsa_key_too_long', message: expect.stringContaining('8208') });
  });

  it('refuses an RSA key whose exponent cannot be one', () => {
    const der = Buffer.from(bare, 'base64');
    const at = der.indexOf(Buffer.from('0203010001', 'hex'));
    der[at + 4] = 2;
    expect(refusalOf(der.toString('base64'))).toMatchObject({
      code: 'rsa_key_weak',
      message: expect.stringContaining('65538'),
    });
  });

  it('refuses other curves and other kinds of key, and names them', () => {
    expect(refusalOf(certify(makeKey('ec', 'secp256k1')))).toMatchObject({
      code: 'curve_unsupported',
      message: expect.stringContaining('secp256k1'),
    });
    expect(refusalOf(edKey)).toMatchObject({
      code: 'key_type_unsupported',
      message: expect.stringContaining('ed25519'),
    });
  });

  it('refuses more than ten certificates and more than 64 kB', () => {
    expect(refusalOf(rsa.repeat(10))).toBeUndefined();
    expect(refusalOf(rsa.repeat(11))?.code).toBe('too_many');
    expect(refusalOf(`${rsa}${' '.repeat(65_536)}`)?.code).toBe('too_large');
  });

  it('refuses what is no certificate, with the reason', () => {
    const request = rsa.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST');
    expect(refusalOf(request)).toMatchObject({
      code: 'not_a_certificate',
      message: expect.stringContaining('CERTIFICATE REQUEST'),
    });
    expect(refusalOf('  \n')?.code).toBe('empty');
    expect(refusalOf('<xml/>')?.code).toBe('malformed');
    expect(refusalOf(bare.slice(0, 400))?.code).toBe('malformed');
    expect(refusalOf(rsa.slice(0, 400))?.code).toBe('malformed');
    expect(refusalOf(`${rsa}-----BEGIN CERTIFICATE-----\nAAAA`)?.code).toBe('malformed');
    expect(refusalOf(rsa.replace('END CERTIFICATE', 'END PUBLIC KEY'))?.code).toBe('malformed');
  });

  it('numbers the bad one of a bundle', () => {
    expect(refusalOf(rsa + certify(makeKey('rsa', 1024)))?.message).toMatch(/^Certificate 2 of 2/);
  });

  it('never fails with anything but its own error', () => {
    const der = Buffer.from(bare, 'base64');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(der.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const damaged = Buffer.from(der);
          for (const [at, value] of changes) damaged[at] = value;
          const refusal = refusalOf(damaged.toString('base64'));
          if (refusal !== undefined) expect(certificateErrorCodes).toContain(refusal.code);
        },
      ),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(certificateErrorCodes).toContain(refusalOf(text)?.code);
      }),
    );
  });
});

describe('validity', () => {
  it('tells valid, expired and not yet valid, with the days that are left', () => {
    const certificate = { notBefore, notAfter };
    expect(validityOf(certificate, notBefore)).toEqual({ status: 'valid', daysLeft: 365 });
    expect(validityOf(certificate, notAfter - 1.5 * day)).toEqual({ status: 'valid', daysLeft: 1 });
    expect(validityOf(certificate, notAfter)).toEqual({ status: 'valid', daysLeft: 0 });
    expect(validityOf(certificate, notAfter + 1)).toEqual({ status: 'expired', daysLeft: -1 });
    expect(validityOf(certificate, notBefore - 1)).toEqual({ status: 'not-yet-valid', daysLeft: 365 });
  });
});

describe('making certificates', () => {
  it('writes dates from 2050 on in their other form, and never the same serial number twice', () => {
    const make = () =>
      makeSelfSignedCertificate({ commonName: 'x', privateKeyPem: rsaKey, notBefore, notAfter: Date.UTC(2050, 0, 1) });
    const [first, second] = [parseCertificates(make())[0], parseCertificates(make())[0]];
    expect(first?.notAfter).toBe(Date.UTC(2050, 0, 1));
    expect(first?.fingerprint).not.toBe(second?.fingerprint);
  });

  it('refuses a key that it cannot sign with', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    expect(() => certify(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())).toThrow(/RSA or EC/);
  });
});

// Certificates that cannot be made here in a moment. Their private keys were never kept.
const edKey = `-----BEGIN CERTIFICATE-----
MIIBRDCB96ADAgECAhRHVG5jcbtkJ/fw7BwF3AQbVs0NDjAFBgMrZXAwFzEVMBMG
A1UEAwwMZWQyNTUxOS50ZXN0MCAXDTI2MTEyMjExMzIyM1oYDzIxMjYxMDI5MTEz
MjIzWjAXMRUwEwYDVQQDDAxlZDI1NTE5LnRlc3QwKjAFBgMrZXADIQD94NdzMm3V
iOb3YniR86ffzkceyA1eIlEq2YsnfRdne6NTMFEwHQYDVR0OBBYEFMjlj6hKoZRw
1vdtbPUxado/cSYVMB8GA1UdIwQYMBaAFMjlj6hKoZRw1vdtbPUxado/cSYVMA8G
A1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EAx7XYsynFwZt6ADPoaHmUDwpSEk695tt8
DtDyjB8u0jZ1a6hIFEGI6iWX2hHr//XxyDkph6zGWWelof8pauXcAA==
-----END CERTIFICATE-----`;
const longKey = `-----BEGIN CERTIFICATE-----
MIIJDTCCBPOgAwIBAgIUOr0jc53i8n9cUnozr8y1u9PBtU8wDQYJKoZIhvcNAQEL
BQAwEzERMA8GA1UEAwwIYmlnLnRlc3QwIBcNMjYxMTIyMTEzMjM1WhgPMjEyNjEw
MjkxMTMyMzVaMBMxETAPBgNVBAMMCGJpZy50ZXN0MIIEJDANBgkqhkiG9w0BAQEF
AAOCBBEAMIIEDAKCBAMA0oSd2BQ9oyo8hTFa+S4c4P+GIFhOewjvPSHBr7H9Y6rP
Hbk7UNcm4+hFhQQ0LhabTpqbdd7wDNPnQ3wnzERvbviOdom6sM66J/PIk8I2Kq96
eUCP6dCkj+bBfMDxZnU1RkYQfn3H1Dr/JcRxM5fKsgYj8ln2Efei9SFqJCM/zt/F
1yhcj1QC9WzA0XiA0pCvcQzq/6gVThmwCQ0j3IpYRKV5DPjdlwHtEMVTPfPJQpT5
if6oacy3fTw49S2b/f5WI67FX702ysfjs2Yzc+Tvc0LxyFultg52cB3jgReKtldg
Ge9DoUQ4y6mLhDT/61RQccNki9YbmYpbwpVsZSh67BEyxbO5ubBHPbmDF0m3J7dN
Yt1xis4ua/Pdl8sYEDEuvoputk+JTEB9Z0CRebfsUn+5frwmET81GB6aYROHFt01
ZOn/4RPVAA4vmPSSlVjbK5FeBWk+auDv0RFLnlAsEod0dp+V06I+YiikJFupcw+5
mvsZ4VBvmeM0JCdRMCO2+jVOz0FgaqLR8nLRLAtwhxiA41muwZBEHFnNsCVNBLAD
4xf8glDt7sYdwr13IpKJHTQxI11tVAD/Isr1Xwe5mzGwK6iAn7l/a8ev5NaIRyI4
KEHmPoOTfHmwb3bFmh0yU5xdp0ebfrNEoJetcvTEQlacrMZAyC3bzgtdqjymM+jA
EGwZIRXdIIZ28SCMEq38wnaZTZwcUQ0loJY/feCbKhWBvGWjysRwRnjGxoCW266q
hovx5oPR3S745d42gcA7oDPK14axr1by727VhaIHLENjiqc56VBxjq+oRLfyO4VI
aiNzRVlrpT94Meb+6DqewPUwkj/Igg8B3rw+4IC/QQkJUUxYGdaY2yMjKSgLTFKp
F5sLqdd7h4inKr6bG6unyGNJsbkexMYx3umHadsYcZVx4Z+IkJ4tphYn2/o6siNs
5igi2z5djY4JOkx1itQo0hmRggNxlUI4ezm9Bpvh09uWjzZ5GzYM3FXeIvAJRCe4
XV2uK6I/sneYRJD6EsqvGbgLNPmYeFyepQAHJzgKOg772H3rO2ivZwXtzhjnxiAa
5BODNH5U0hbd0d5eOFNZYnAaykMTmew05tNAIZ0aDAM4Avpd6AUzcp4U5uDWBpsA
spjVPg3vpAmz+Ru+PjFBH+/f/UkOjfMkMOm1yXGfphrulRJA5x8vGW9CKd2Tjp5V
qHDfeN2wy8PDfd4AubGkdtUDoTQfhctZIr6gGiFRtrbX+eNVyJANIiedwQzc/1YI
TjneHhgnFXKAmxOS8ERhR5TMqXW7ZlFd3dw8XaSjCEYsh8dB8dyQm6hY6QevqY7P
DvTTPxTu5pLJLRO8JUblSWnZ0O4Y3ZCWGh7JPb0Za/vBAgMBAAGjUzBRMB0GA1Ud
DgQWBBSAP0rtw8ZKgR7AXAKxyitWoTaCxDAfBgNVHSMEGDAWgBSAP0rtw8ZKgR7A
XAKxyitWoTaCxDAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IEAwCf
VfrxoYhgXTxYS1+XL8mDDiBpK4gSg4cEQ3Ygixre4RWYrmhjEQvjE+6v6F8ZXdFr
YlTUc6THC5mgwtoYngAtPWuNuJyWZ7eKnBPJ6gpKR6bfpbUy9x3DUkBlH02kAF2B
t2AYpjgGPCQk7tRBxf/7jYb8a2zNGzMfRxh/5g4X0xxXufR8MJEUTe98ajcscpbT
Ra0fy8+Zx3sPtzqPSvSlE6KMk1jxrqm2qbQQxM/Mj8umfyD8XJzV3hbYaTrRIyfj
ac/upegryA3JG3PdHXisB6MIrATatmA7V1Rer5fXvw3yIb4dKqKdSpS1BpzBFGgs
goGJuPWrybyLpjCiDPPQPSe30dlXjJ7riwlUcuCJUJtSi4fO1WoQ6aRQj5/IbqIM
153XLbkflGa0fweUh461em3dMWPBGlFQbonJqvYtbrWMX3/YYdw+SaHyAI+b7fFf
LupI7J6D3EBQiljrlXiHM70FChG6Q6t/clgSMwZ+fJxylwvljUBTdf9Vf/RGFTSd
kLH+c/n2XB+u+k9NnqAt6SIfBVGZs3oOBu6+TR+vQK7Af/4Ta0FwGPsDcQBZNV8V
97u7W1jAYDBYIzOUO0KIqq9BjYGY9APKy3f4NA1/dvws1JOT2Cj+iQD+fULyONwv
9s5ClR5Ezkx1P9Xc4T+wBaU+4J12sT8/BhiwGpq3O+t3DBw5PeRKuio3GNIGBUgj
BXvR/FPJVOIrcuJfUq7tTByyP2YleOe0xkYDJD/JhmxenO6mRoMLr1e30BtHhR45
ukqAiOYf3NI+JhJkTKiKYBvgL51Ra9ZuWOeH238igJx+gNTOEVa9WugE2gpBCEDU
4HGa+XpHx0QUFys9daBucZyVjayusf1vhVzqMhqJgjbDYweLFr4FJGGNcZvkFVZM
09S9O9FunosnGr+F+eP846UYlkN3iwT4sOYjAEbjUpMsSXACEhS4YasxPYEOW+uR
KlS5ZQq9vRwNaht1sGDwvBMiWWTQfcJTXcLTsPkMVvlG7d7O4KTzQqfK+rcH1b/7
BCNqAZxztYrOs6Eu2oHIqmAhI8NhGwUO5EVJMoCUX4R7vYmRyjRus56HYiNFRMou
LpS7VveCbUQHwk7mg0DgATQZ64G3RepkWjk/OCWbTXekCKSdMemyjYI5VCZuiqJ2
eW2Uhc98nFdDTdsHubZGngWNAnvQ0JqDSys4cUo5qAorjDwajmo/a17rxCw9OMwJ
9eadut7k+JyC+5pN5ILO0YCaWE14ecqitGebNbVShyiymSJ+1eo7LSjwxof6kEsu
BbjC+SHhEbohwvQP2L5K5PcuwpnD4MRbFhrXzB463XmPHmXSrN8cAv4tyKy0x7bb
vLtkA2sLCE6ZNyXkwsDc2nU=
-----END CERTIFICATE-----`;
