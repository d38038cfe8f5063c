/**
 * A SAML identity provider over a real socket: samlify reads our requests and signs its answers, so that neither side
 * shares code with the other. It has its own sign-in page and session, and every fault of `misbehaviours.ts`.
 * For tests, bench and the demo only; nothing that ships imports it.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inflateRawSync } from 'node:zlib';
import { IdentityProvider, ServiceProvider, setSchemaValidator } from 'samlify';
import { messagePage, signInPage } from '../oidc/sign-in-page.ts';
import { applyMisbehaviour, type SamlMisbehaviour } from './misbehaviours.ts';
import { escapeXml, genuineFacts, newId, type ResponseFacts, writeResponse } from './response-template.ts';
import { algorithms, type IdpKey, makeIdpKey, signXml } from './sign-xml.ts';

// samlify insists; what it reads here comes from our own broker, and its schema packages need a JVM or WebAssembly.
setSchemaValidator({ validate: async () => 'not checked' });

export interface SamlUser {
  username: string;
  password: string;
  nameId: string;
  nameIdFormat?: string;
  /** By exact attribute name, e.g. `cip_sid`. */
  attributes: Readonly<Record<string, string | readonly string[]>>;
}

export interface SamlIdpOptions {
  /** 0 or absent: any free port. */
  port?: number;
  host?: string;
  /** What documents say and browsers use; default `http://<host>:<port>`. */
  publicUrl?: string;
  users: readonly SamlUser[];
  serviceProvider: {
    entityId: string;
    acsUrl: string;
    /** PEM; with it, requests must be signed. */
    certificate?: string;
    /** Where the browser goes after a LogoutRequest, with its RelayState. */
    logoutUrl?: string;
  };
  /** Milliseconds. */
  clock?: { now(): number };
  /** User name of who is signed in at once, without a page. */
  autoUser?: string;
  signs?: 'response' | 'assertion' | 'both';
  key?: IdpKey;
  /** Encrypts the assertion of a response, which is signed afterwards; `signs: 'both'` signs inside as well. */
  encrypt?: (xml: string) => string;
}

export interface SamlRequest {
  binding: 'redirect' | 'post';
  xml: string;
  relayState: string;
  forceAuthn: boolean;
}

export interface SamlIdp {
  url: string;
  entityId: string;
  metadataUrl: string;
  singleSignOnUrl: string;
  logoutUrl: string;
  /** PEM. */
  certificate: string;
  key: IdpKey;
  metadata(): string;
  /** AuthnRequests and LogoutRequests, the newest thousand. */
  requests: SamlRequest[];
  misbehaveNext(kind: SamlMisbehaviour): void;
  close(): Promise<void>;
}

interface Session {
  user: SamlUser;
  since: number;
}
interface Pending {
  requestId: string;
  relayState: string;
}

export async function startSamlIdp(options: SamlIdpOptions): Promise<SamlIdp> {
  const now = () => (options.clock ?? { now: Date.now }).now();
  const host = options.host ?? '127.0.0.1';
  const key = options.key ?? makeIdpKey();
  const foreignKey = makeIdpKey();
  const faults: SamlMisbehaviour[] = [];
  const requests: SamlRequest[] = [];
  const pending = new Map<string, Pending>();
  const sessions = new Map<string, Session>();
  const signs = options.signs ?? 'both';
  const brand = { name: 'Contoso SAML', colour: '#5a2d82' };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.writeHead(400, { 'content-type': 'text/plain' });
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, host, resolve));
  const url = options.publicUrl ?? `http://${host}:${(server.address() as AddressInfo).port}`;
  const entityId = `${url}/metadata`;
  const singleSignOnUrl = `${url}/sso`;
  const logoutUrl = `${url}/slo`;

  const { serviceProvider } = options;
  const idp = IdentityProvider({
    entityID: entityId,
    privateKey: key.privateKey,
    signingCert: key.certificate,
    requestSignatureAlgorithm: algorithms.rsaSha256,
    wantAuthnRequestsSigned: serviceProvider.certificate !== undefined,
    isAssertionEncrypted: false,
    messageSigningOrder: 'sign-then-encrypt',
    nameIDFormat: ['urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'],
    singleSignOnService: [
      { Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', Location: singleSignOnUrl },
      { Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST', Location: singleSignOnUrl },
    ],
    singleLogoutService: [{ Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', Location: logoutUrl }],
    loginResponseTemplate: { context: '<samlp:Response/>', attributes: [] },
  });
  const sp = ServiceProvider({
    entityID: serviceProvider.entityId,
    ...(serviceProvider.certificate && { signingCert: serviceProvider.certificate }),
    authnRequestsSigned: serviceProvider.certificate !== undefined,
    wantAssertionsSigned: signs !== 'response',
    wantMessageSigned: signs !== 'assertion',
    assertionConsumerService: [
      { Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST', Location: serviceProvider.acsUrl },
    ],
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '/', query = ''] = (request.url ?? '/').split('?');
    const form = new URLSearchParams(request.method === 'POST' ? await bodyOf(request) : query);
    if (path === '/metadata') return send(response, idp.getMetadata(), 'application/samlmetadata+xml');
    if (path === '/sso') return begin(request, response, query, form);
    if (path === '/simulator/sign-in') return signIn(request, response, form);
    if (path === '/slo') return signOut(request, response, form);
    response.writeHead(404).end();
  }

  async function begin(request: IncomingMessage, response: ServerResponse, query: string, form: URLSearchParams) {
    const binding = request.method === 'POST' ? 'post' : 'redirect';
    const parameters = Object.fromEntries(form);
    const parsed = await idp.parseLoginRequest(sp, binding, {
      query: parameters,
      body: parameters,
      octetString: query.replace(/&Signature=[^&]*/, ''),
    });
    const { request: read } = parsed.extract as unknown as {
      request: { id: string; assertionConsumerServiceUrl: string };
    };
    if (read.assertionConsumerServiceUrl !== serviceProvider.acsUrl)
      throw new Error('assertion consumer service is not registered');
    const relayState = form.get('RelayState') ?? '';
    const forceAuthn = parsed.samlContent.includes('ForceAuthn="true"');
    record({ binding, xml: parsed.samlContent, relayState, forceAuthn });

    const session = sessions.get(cookieOf(request));
    const automatic = options.users.find(({ username }) => username === options.autoUser);
    const page = { requestId: read.id, relayState };
    if (automatic) return answer(response, page, { user: automatic, since: now() });
    if (session && !forceAuthn) return answer(response, page, session);
    const name = randomBytes(12).toString('hex');
    pending.set(name, page);
    return send(response, signInPage(brand, name, '', false));
  }

  async function signIn(_request: IncomingMessage, response: ServerResponse, form: URLSearchParams) {
    const name = form.get('request') ?? '';
    const page = pending.get(name);
    if (!page) return send(response, messagePage(brand, 'Start again', 'This page is too old.'));
    const user = options.users.find(
      ({ username, password }) => username === form.get('username') && password === form.get('password'),
    );
    if (!user) return send(response, signInPage(brand, name, form.get('username') ?? '', true));
    pending.delete(name);
    const cookie = randomBytes(16).toString('hex');
    const session = { user, since: now() };
    sessions.set(cookie, session);
    response.setHeader('set-cookie', `contoso_saml=${cookie}; Path=/; HttpOnly; SameSite=Lax`);
    return answer(response, page, session);
  }

  async function answer(response: ServerResponse, { requestId, relayState }: Pending, { user, since }: Session) {
    const fault = faults.shift();
    const { acsUrl, entityId: spEntityId } = serviceProvider;
    const honest = genuineFacts({ idpEntityId: entityId, spEntityId, acsUrl, requestId, now: now() });
    const facts = applyMisbehaviour(
      {
        ...honest,
        nameId: { value: user.nameId, format: user.nameIdFormat ?? honest.nameId!.format! },
        authentication: { ...honest.authentication!, instant: since },
        attributes: Object.entries(user.attributes).map(([name, values]) => ({ name, values: [values].flat() })),
      },
      fault,
    );
    const xml = await sign(facts, fault, requestId);
    send(response, postPage(acsUrl, Buffer.from(xml).toString('base64'), relayState));
  }

  async function sign(facts: ResponseFacts, fault: SamlMisbehaviour | undefined, requestId: string): Promise<string> {
    const xml = writeResponse(facts);
    if (fault === 'no-signature') return xml;
    // samlify signs an assertion that must be there; a bare status goes out signed as a whole.
    if (!facts.hasAssertion) return signXml(xml, 'Response', { key });
    if (fault === 'foreign-key') return signXml(xml, 'Assertion', { key: foreignKey });
    if (fault === 'sha1')
      return signXml(xml, 'Assertion', { key, signature: algorithms.rsaSha1, digest: algorithms.sha1 });
    if (options.encrypt) {
      const inside = signs === 'both' ? signXml(xml, 'Assertion', { key }) : xml;
      return signXml(options.encrypt(inside), 'Response', { key });
    }
    const info = { extract: { request: { id: requestId } } } as unknown as Parameters<
      typeof idp.createLoginResponse
    >[1];
    const { context } = await idp.createLoginResponse(sp, info, 'post', {}, () => ({
      id: facts.responseId,
      context: xml,
    }));
    const signed = Buffer.from(context, 'base64').toString();
    return fault === 'assertion-altered' ? signed.replace(facts.nameId!.value, 'somebody-else') : signed;
  }

  async function signOut(request: IncomingMessage, response: ServerResponse, form: URLSearchParams) {
    sessions.delete(cookieOf(request));
    const relayState = form.get('RelayState') ?? '';
    const xml = inflateRawSync(Buffer.from(form.get('SAMLRequest') ?? '', 'base64'), {
      maxOutputLength: 65_536,
    }).toString();
    record({ binding: 'redirect', xml, relayState, forceAuthn: false });
    if (!serviceProvider.logoutUrl) return send(response, messagePage(brand, 'Signed out', 'You are signed out.'));
    const back = new URL(serviceProvider.logoutUrl);
    back.searchParams.set('SAMLResponse', Buffer.from(`<LogoutResponse ID="${newId()}"/>`).toString('base64'));
    back.searchParams.set('RelayState', relayState);
    response.writeHead(303, { location: back.href }).end();
  }

  function record(seen: SamlRequest): void {
    requests.push(seen);
    if (requests.length > 1000) requests.shift();
  }

  return {
    url,
    entityId,
    metadataUrl: `${url}/metadata`,
    singleSignOnUrl,
    logoutUrl,
    certificate: key.certificate,
    key,
    metadata: () => idp.getMetadata(),
    requests,
    misbehaveNext: (kind) => {
      faults.push(kind);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, body: string, type = 'text/html; charset=utf-8'): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(body);
}

/** The browser carries the answer: a form that sends itself, and a button without JavaScript. */
function postPage(action: string, samlResponse: string, relayState: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Contoso SAML</title>
<link rel="icon" href="data:,"></head><body><form method="post" action="${escapeXml(action)}">
<input type="hidden" name="SAMLResponse" value="${escapeXml(samlResponse)}">
<input type="hidden" name="RelayState" value="${escapeXml(relayState)}">
<noscript><button type="submit">Continue</button></noscript></form>
<script>document.forms[0].submit()</script></body></html>`;
}

function cookieOf(request: IncomingMessage): string {
  return /(?:^|;\s*)contoso_saml=([0-9a-f]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
