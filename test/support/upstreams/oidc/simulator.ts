/**
 * A small OpenID provider over a real socket: code flow with PKCE, an own sign-in page and session, and every fault of
 * `misbehaviour.ts`. The vendors beside this file say what its paths, discovery document and claims look like.
 * For tests and the demo only; nothing that ships imports it.
 */
import { createHash, type JsonWebKey, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { authenticatedClient, bearerOf, bodyOf, cookieOf, html, json } from './http.ts';
import { buildIdToken, type IdTokenGround } from './id-token.ts';
import { createMisbehaviours } from './misbehaviour.ts';
import { messagePage, signInPage } from './sign-in-page.ts';
import { makeSigningKey, publicJwk, type SigningKey } from './signing.ts';
import type { SimulatedRequest, SimulatedUser, Simulator, SimulatorOptions, Vendor } from './vendor.ts';

interface Grant {
  clientId: string;
  redirectUri: string;
  nonce: string | undefined;
  challenge: string | undefined;
  user: SimulatedUser;
  authTime: number;
}
interface Session {
  user: SimulatedUser;
  authTime: number;
}

export async function startSimulator(vendor: Vendor, options: SimulatorOptions): Promise<Simulator> {
  const now = () => (options.clock ?? { now: Date.now }).now();
  const faults = createMisbehaviours();
  for (const kind of options.misbehave ?? []) faults.next(kind);
  let keys: SigningKey[] = [await makeSigningKey('key-1')];
  const foreignKey = await strangersKey();
  let keyCount = 1;
  const grants = new Map<string, Grant>();
  const bearers = new Map<string, SimulatedUser>();
  /** Tokens of clients by themselves → client id. */
  const applications = new Map<string, string>();
  const sessions = new Map<string, Session>();
  const pages = new Map<string, URLSearchParams>();
  const requests: SimulatedRequest[] = [];
  let url = '';

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(String(error));
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const target = new URL(request.url ?? '/', 'http://simulator');
    const form = new URLSearchParams(await bodyOf(request));
    const seen: SimulatedRequest = {
      method: request.method ?? 'GET',
      path: target.pathname,
      query: Object.fromEntries(target.searchParams),
      form: Object.fromEntries(form),
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
    };
    requests.push(seen);
    if (requests.length > 1000) requests.shift();
    if (faults.takes('never-answers')) return;
    response.setHeader('date', new Date(now()).toUTCString());
    response.setHeader('cache-control', 'no-store');
    const { paths } = vendor;
    switch (vendor.pathOf?.(target.pathname) ?? target.pathname) {
      case paths.document:
        return serveDocument(response);
      case paths.keys:
        return serveKeys(response);
      case paths.authorize:
        return authorize(target.searchParams, request, response);
      case '/simulator/sign-in':
        return signIn(form, response);
      case paths.token:
        return token(form, request, response);
      case paths.userinfo:
        return userinfo(request, response);
      case paths.logout:
        return logout(target.searchParams, request, response);
    }
    const bearer = bearerOf(request);
    const user = bearer === undefined ? undefined : bearers.get(bearer);
    const reply = vendor.extra?.({ ...seen, bearer, application: applications.get(bearer ?? '') }, user, {
      url,
      takes: faults.takes,
    });
    if (reply !== undefined) return json(response, reply.status, reply.body, reply.headers);
    html(response, 404, messagePage(vendor.brand, 'Not found', 'There is nothing at this address.'));
  }

  function serveDocument(response: ServerResponse) {
    if (faults.takes('document-missing')) return json(response, 404, { error: 'not_found' });
    const { paths } = vendor;
    const foreign = faults.takes('document-foreign-issuer');
    const insecure = faults.takes('document-insecure-keys');
    json(response, 200, {
      issuer: foreign ? 'https://issuer.example' : (vendor.documentIssuer ?? vendor.issuer)(url),
      authorization_endpoint: url + paths.authorize,
      token_endpoint: url + paths.token,
      jwks_uri: insecure ? `http://keys.example${paths.keys}` : url + paths.keys,
      userinfo_endpoint: url + paths.userinfo,
      end_session_endpoint: url + paths.logout,
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      ...(options.responseIssuer ? { authorization_response_iss_parameter_supported: true } : {}),
      ...vendor.document,
    });
  }

  function serveKeys(response: ServerResponse) {
    if (faults.takes('keys-empty')) return json(response, 200, { keys: [] });
    const published: JsonWebKey[] = keys.map((key) => publicJwk(key, vendor.namesKeys !== false));
    if (faults.takes('keys-many')) {
      for (let index = 0; index < 10_000; index++)
        published.unshift({ kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: `k${index}` });
    }
    if (faults.takes('keys-huge')) return json(response, 200, { keys: published, padding: 'x'.repeat(5_000_000) });
    json(response, 200, { keys: published });
  }

  function authorize(query: URLSearchParams, request: IncomingMessage, response: ServerResponse) {
    const client = options.clients.find((candidate) => candidate.clientId === query.get('client_id'));
    const redirectUri = query.get('redirect_uri') ?? '';
    if (!client?.redirectUris.includes(redirectUri)) {
      return html(response, 400, messagePage(vendor.brand, 'Bad request', 'Unknown client or redirect URI.'));
    }
    for (const [kind, error] of [
      ['access-denied', 'access_denied'],
      ['server-error', 'server_error'],
      ['error-with-markup', '<script>alert(1)</script>'],
    ] as const) {
      if (faults.takes(kind)) {
        const description = '<script>alert("description")</script>';
        return sendBack(response, query, { error, error_description: description });
      }
    }
    const hint = query.get('login_hint') ?? '';
    const fresh = ['login', 'select_account'].includes(query.get('prompt') ?? '') || query.get('max_age') === '0';
    const session = fresh ? undefined : sessions.get(cookieOf(request));
    if (session !== undefined) return grantCode(response, query, session);
    if (query.get('prompt') === 'none') return sendBack(response, query, { error: 'login_required' });
    if (options.loginPage === false) {
      const user = options.users.find((candidate) => candidate.username === hint) ?? options.users[0];
      if (user === undefined) throw new Error('a simulator without a login page needs a user');
      return openSession(response, query, user);
    }
    const id = randomBytes(12).toString('hex');
    pages.set(id, query);
    html(response, 200, signInPage(vendor.brand, id, hint, false));
  }

  function signIn(form: URLSearchParams, response: ServerResponse) {
    const id = form.get('request') ?? '';
    const query = pages.get(id);
    if (query === undefined) {
      return html(response, 400, messagePage(vendor.brand, 'Page expired', 'Start again at the application.'));
    }
    const username = form.get('username') ?? '';
    const user = options.users.find((candidate) => candidate.username.toLowerCase() === username.trim().toLowerCase());
    if (user === undefined || user.password !== form.get('password')) {
      return html(response, 200, signInPage(vendor.brand, id, username, true));
    }
    pages.delete(id);
    openSession(response, query, user);
  }

  function openSession(response: ServerResponse, query: URLSearchParams, user: SimulatedUser) {
    const id = randomBytes(16).toString('hex');
    const session = { user, authTime: now() };
    sessions.set(id, session);
    if (sessions.size > 10_000) sessions.clear();
    response.setHeader('set-cookie', `simulator=${id}; HttpOnly; SameSite=Lax; Path=/`);
    grantCode(response, query, session);
  }

  function grantCode(response: ServerResponse, query: URLSearchParams, session: Session) {
    const code = randomBytes(24).toString('base64url');
    grants.set(code, {
      clientId: query.get('client_id') ?? '',
      redirectUri: query.get('redirect_uri') ?? '',
      nonce: query.get('nonce') ?? undefined,
      challenge: query.get('code_challenge_method') === 'S256' ? (query.get('code_challenge') ?? undefined) : undefined,
      user: session.user,
      authTime: session.authTime,
    });
    sendBack(response, query, { code });
  }

  function sendBack(response: ServerResponse, query: URLSearchParams, fields: Record<string, string>) {
    const back = new URL(query.get('redirect_uri') ?? '');
    for (const [name, value] of Object.entries(fields)) back.searchParams.set(name, value);
    const state = query.get('state');
    if (state !== null) back.searchParams.set('state', state);
    if (faults.takes('response-issuer-foreign')) back.searchParams.set('iss', 'https://issuer.example');
    else if (options.responseIssuer && !faults.takes('response-issuer-missing'))
      back.searchParams.set('iss', vendor.issuer(url));
    response.writeHead(303, { location: back.href });
    response.end();
  }

  function token(form: URLSearchParams, request: IncomingMessage, response: ServerResponse) {
    const client = authenticatedClient(request, form, options.clients, {
      tokenUrl: url + vendor.paths.token,
      now: now(),
    });
    if (faults.takes('credential-expired')) {
      const text = 'AADSTS7000222: The provided client secret keys are expired.';
      return json(response, 401, { error: 'invalid_client', error_description: text, error_codes: [7000222] });
    }
    if (client === undefined || faults.takes('client-refused')) {
      return json(response, 401, { error: 'invalid_client', error_description: 'Client authentication failed.' });
    }
    if (form.get('grant_type') === 'client_credentials') {
      if (!vendor.mayActAlone?.(client.clientId)) return json(response, 400, { error: 'unauthorized_client' });
      const bearer = randomBytes(24).toString('base64url');
      applications.set(bearer, client.clientId);
      return json(response, 200, {
        token_type: 'Bearer',
        expires_in: 3599,
        ext_expires_in: 3599,
        access_token: bearer,
      });
    }
    const grant = grants.get(form.get('code') ?? '');
    grants.delete(form.get('code') ?? '');
    const verifier = form.get('code_verifier');
    const challenge = verifier === null ? undefined : createHash('sha256').update(verifier).digest('base64url');
    if (
      grant === undefined ||
      grant.clientId !== client.clientId ||
      grant.redirectUri !== form.get('redirect_uri') ||
      grant.challenge !== challenge ||
      faults.takes('code-refused')
    ) {
      return json(response, 400, { error: 'invalid_grant' });
    }
    const bearer = randomBytes(24).toString('base64url');
    bearers.set(bearer, grant.user);
    if (bearers.size > 10_000) bearers.clear();
    if (faults.takes('token-answer-not-json')) return html(response, 200, '<p>maintenance</p>');
    const skew = faults.takes('clock-fast') ? 5 * 60_000 : faults.takes('clock-slow') ? -3 * 3_600_000 : 0;
    if (skew !== 0) response.setHeader('date', new Date(now() + skew).toUTCString());
    const ground: IdTokenGround = {
      issuer: vendor.issuerOf?.(grant.user, url) ?? vendor.issuer(url),
      clientId: client.clientId,
      nonce: grant.nonce,
      subject: grant.user.subject,
      now: now() + skew,
      key: keys[0]!,
      foreignKey,
      namesKeys: vendor.namesKeys !== false,
      authTime: vendor.sendsAuthTime ? grant.authTime + skew : undefined,
      claims: vendor.idTokenClaims(grant.user, { authTime: grant.authTime }),
    };
    json(response, 200, {
      access_token: bearer,
      token_type: 'Bearer',
      expires_in: 3600,
      ...(faults.takes('id-token-missing') ? {} : { id_token: buildIdToken(ground, faults.takes) }),
      ...(faults.takes('token-answer-huge') ? { padding: 'x'.repeat(5_000_000) } : {}),
    });
  }

  function userinfo(request: IncomingMessage, response: ServerResponse) {
    const user = bearers.get(bearerOf(request) ?? '');
    if (user === undefined || faults.takes('userinfo-refused')) return json(response, 401, { error: 'invalid_token' });
    const sub = faults.takes('userinfo-foreign-subject') ? 'somebody-else' : user.subject;
    json(response, 200, { ...vendor.userinfoClaims(user), sub });
  }

  function logout(query: URLSearchParams, request: IncomingMessage, response: ServerResponse) {
    sessions.delete(cookieOf(request));
    response.setHeader('set-cookie', 'simulator=; Max-Age=0; Path=/');
    const to = query.get('post_logout_redirect_uri');
    const known = options.clients.some((client) => to !== null && client.postLogoutRedirectUris?.includes(to));
    if (to === null || !known)
      return html(response, 200, messagePage(vendor.brand, 'Signed out', 'You are signed out.'));
    const back = new URL(to);
    const state = query.get('state');
    if (state !== null) back.searchParams.set('state', state);
    response.writeHead(303, { location: back.href });
    response.end();
  }

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  url = (options.publicUrl ?? `http://${options.host ?? '127.0.0.1'}:${port}`).replace(/\/$/, '');

  return {
    url,
    issuer: vendor.issuer(url),
    requests,
    misbehaveNext: faults.next,
    async rotateKeys() {
      keyCount += 1;
      keys = [await makeSigningKey(`key-${keyCount}`)];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A key that nobody publishes, under the name that everybody's first key has. One for all: making keys is slow. */
let stranger: Promise<SigningKey> | undefined;
function strangersKey(): Promise<SigningKey> {
  stranger ??= makeSigningKey('key-1');
  return stranger;
}
