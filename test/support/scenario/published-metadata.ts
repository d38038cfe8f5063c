/** A web server that publishes a provider's metadata, as a test tells it to. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IdpKey } from '../upstreams/saml/sign-xml.ts';

export interface PublishedMetadata {
  url: string;
  /** What is answered; a number is a status without a document. */
  document: string | number;
  /** With it, who knows it is told that nothing changed. */
  etag: string | undefined;
  /** Status of every answer given. */
  answered: number[];
  close(): Promise<void>;
}

export async function publishMetadata(document: string): Promise<PublishedMetadata> {
  const server = createServer((request, response) => {
    const { etag } = published;
    const status =
      typeof published.document === 'number'
        ? published.document
        : etag !== undefined && request.headers['if-none-match'] === etag
          ? 304
          : 200;
    published.answered.push(status);
    response.writeHead(status, { ...(etag !== undefined && { etag }) });
    response.end(status === 200 ? published.document : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const published: PublishedMetadata = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metadata`,
    document,
    etag: undefined,
    answered: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return published;
}

export interface Described {
  entityId?: string;
  sso?: string;
  slo?: string;
  keys: readonly Pick<IdpKey, 'certificate'>[];
  /** XML attributes of the EntityDescriptor. */
  more?: string;
}

export function describeProvider({
  entityId = 'https://idp.example/id',
  sso = 'https://idp.example/sso',
  slo,
  keys,
  more = '',
}: Described): string {
  const bare = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, '');
  const descriptors = keys.map(
    ({ certificate }) =>
      `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${bare(certificate)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
  );
  const service = (name: string, binding: string, location: string) =>
    `<md:${name} Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${location}"/>`;
  return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${entityId}"${more}><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${descriptors.join('')}${slo === undefined ? '' : service('SingleLogoutService', 'HTTP-Redirect', slo)}${service('SingleSignOnService', 'HTTP-POST', sso)}</md:IDPSSODescriptor></md:EntityDescriptor>`;
}
