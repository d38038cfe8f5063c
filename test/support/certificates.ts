/** Certificates with an authority above them, for tests: written as DER by hand, as `certs/self-signed.ts` does. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface Issued {
  /** PEM. */
  certificate: string;
  der: Buffer;
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** PEM, PKCS #8. */
  key: string;
  name: string;
}
export interface IssueRequest {
  name: string;
  /** Absent: signs itself. */
  by?: Issued;
  authority?: boolean;
  /** Milliseconds; default: an hour around `now`. */
  notBefore?: number;
  notAfter?: number;
  /** DNS names and IP addresses of a server. */
  hosts?: readonly string[];
  keys?: { privateKey: KeyObject; publicKey: KeyObject };
}

export function issue(request: IssueRequest): Issued {
  const { privateKey, publicKey } = request.keys ?? generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const now = Date.now();
  const identifier = (key: Uint8Array) => createHash('sha256').update(key).digest().subarray(0, 20);
  const issuerKey = request.by?.publicKey.export({ format: 'der', type: 'spki' }) ?? spki;
  const extensions = [
    sequence(
      oid('551d13'),
      critical,
      octets(sequence(...(request.authority ? [encode(0x01, Uint8Array.of(0xff))] : []))),
    ),
    sequence(oid('551d0e'), octets(octets(identifier(spki)))),
    sequence(oid('551d23'), octets(sequence(encode(0x80, identifier(issuerKey))))),
    ...(request.authority ? [sequence(oid('551d0f'), critical, octets(encode(0x03, Uint8Array.of(1, 0x06))))] : []),
    ...(request.hosts ? [sequence(oid('551d11'), octets(sequence(...request.hosts.map(alternativeName))))] : []),
  ];
  const signer = request.by?.privateKey ?? privateKey;
  const algorithm = signer.asymmetricKeyType === 'rsa' ? rsaWithSha256 : ecdsaWithSha256;
  const content = sequence(
    encode(0xa0, Uint8Array.of(0x02, 0x01, 0x02)),
    encode(0x02, Buffer.concat([Uint8Array.of(0x41), randomBytes(12)])),
    algorithm,
    distinguishedName(request.by?.name ?? request.name),
    sequence(time(request.notBefore ?? now - 3_600_000), time(request.notAfter ?? now + 3_600_000)),
    distinguishedName(request.name),
    spki,
    encode(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', content, signer);
  const der = sequence(content, algorithm, encode(0x03, Uint8Array.of(0), signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    der,
    privateKey,
    publicKey,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    name: request.name,
  };
}

const critical = Uint8Array.of(0x01, 0x01, 0xff);
const sequence = (...parts: Uint8Array[]) => encode(0x30, ...parts);
const octets = (content: Uint8Array) => encode(0x04, content);
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const rsaWithSha256 = sequence(oid('2a864886f70d01010b'), Uint8Array.of(0x05, 0x00));

function distinguishedName(commonName: string): Buffer {
  return sequence(encode(0x31, sequence(oid('550403'), encode(0x0c, Buffer.from(commonName)))));
}

function alternativeName(host: string): Buffer {
  const numbers = host.split('.').map(Number);
  const isAddress = numbers.length === 4 && numbers.every((number) => Number.isInteger(number));
  return isAddress ? encode(0x87, Uint8Array.from(numbers)) : encode(0x82, Buffer.from(host));
}

function time(milliseconds: number): Buffer {
  return encode(0x18, Buffer.from(`${new Date(milliseconds).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));
}

function oid(hex: string): Buffer {
  return encode(0x06, Buffer.from(hex, 'hex'));
}

function encode(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Uint8Array.of(tag, content.length), content]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(content.length);
  const short = content.length < 0x100;
  return Buffer.concat([Uint8Array.of(tag, short ? 0x81 : 0x82), short ? length.subarray(1) : length, content]);
}
