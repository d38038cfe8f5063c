/**
 * How a tenant is connected (AAD-1): its administrator accepts the permissions of each of the operator's applications, then
 * signs in. Which tenant it was, the verified ID token of that sign-in says, and only if it also says, or Graph does, that
 * this person may consent for the tenant. What the consent's redirect says about the tenant is unsigned: it is compared.
 *
 * Owns: the legs and their proofs. Does not own: where the browser and the session are (`src/signin`), what becomes of the
 * tenant. It makes no request on behalf of the organization; Graph is asked with the person's own token alone.
 */
import { createHash } from 'node:crypto';
import { issuerForTenant } from '../../metadata/discovery.ts';
import { ProviderError } from '../errors.ts';
import { createGraph } from '../protocols/graph/graph.ts';
import { isJsonObject, type JsonObject, measureClockSkew, quoteReceived, readText } from '../protocols/oidc/answers.ts';
import { assertClient } from '../protocols/oidc/client-assertion.ts';
import { createDiscovery } from '../protocols/oidc/discovery.ts';
import { checkIdTokenClaims, decodeIdToken, type IdTokenClaims } from '../protocols/oidc/id-token.ts';
import { explainAuthorizationError, refusedByTokenEndpoint } from '../protocols/oidc/library-errors.ts';
import {
  type AzureAdInstallation,
  azureAdUses,
  type BeginResult,
  type Callback,
  type ConsentLeg,
  type FlowState,
  type Ports,
  type TenantConsent,
} from '../provider.ts';
import { saysExpired } from './applications.ts';

/** Template ids of the roles that may consent for a whole tenant, the same in every tenant. */
const consentingRoles: readonly string[] = [
  // Global Administrator
  '62e90394-69f5-4237-9190-012177145e10',
  // Privileged Role Administrator
  'e8611ab8-c189-46e8-94e1-60213ab1f814',
];
const tenantPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function createConsent(installation: AzureAdInstallation, ports: Ports): TenantConsent {
  const { authority, graphUrl, applications } = installation;
  const { directory } = applications;
  /** Any work or school tenant, no personal accounts. */
  const anywhere = `${authority}/organizations`;
  const clientIds = [...new Set(azureAdUses.map((use) => applications[use].clientId))];
  const graph = createGraph(graphUrl, ports);
  // the document's issuer is a template, and is compared as one
  const issuerTemplate = `${authority}/{tenantid}/v2.0`;
  const discovery = createDiscovery(
    { issuer: issuerTemplate, documentUrl: `${anywhere}/v2.0/.well-known/openid-configuration` },
    ports,
  );

  function askConsent(leg: ConsentLeg, index: number, claimed: string | undefined): BeginResult {
    const url = new URL(`${anywhere}/v2.0/adminconsent`);
    url.searchParams.set('client_id', clientIds[index]!);
    url.searchParams.set('scope', `${graphUrl}/.default`);
    url.searchParams.set('redirect_uri', leg.callbackUrl);
    url.searchParams.set('state', leg.handle);
    const remember = { leg: 'consent', index, state: leg.handle, claimed: claimed ?? null };
    return { send: { method: 'GET', url: url.href }, remember };
  }

  async function askSignIn(leg: ConsentLeg, claimed: string | undefined): Promise<BeginResult> {
    const { authorizationEndpoint } = await discovery.get();
    const [nonce, verifier] = [randomText(), randomText()];
    const url = new URL(authorizationEndpoint);
    const parameters = {
      client_id: directory.clientId,
      response_type: 'code',
      response_mode: 'query',
      scope: `openid profile ${graphUrl}/User.Read`,
      redirect_uri: leg.callbackUrl,
      state: leg.handle,
      nonce,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      // the account that consented, not whichever this browser knows besides
      prompt: 'select_account',
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const remember = {
      leg: 'sign-in',
      state: leg.handle,
      nonce,
      verifier,
      callbackUrl: leg.callbackUrl,
      claimed: claimed ?? null,
    };
    return { send: { method: 'GET', url: url.href }, remember };
  }

  /** The consent's answer. Nothing in it is signed, so nothing but "go on" follows from it. */
  async function afterConsent(parameters: Callback['parameters'], remembered: FlowState, next: ConsentLeg) {
    const { error, admin_consent: consented, tenant } = parameters;
    if (error !== undefined || consented?.toLowerCase() !== 'true') {
      const received = error !== undefined && /^[a-z_]{1,40}$/.test(error) ? { received: error } : {};
      throw new ProviderError('consent_refused', { detail: { where: 'adminconsent', ...received } });
    }
    const before = typeof remembered.claimed === 'string' ? remembered.claimed : undefined;
    const named = tenant?.toLowerCase();
    if (named !== undefined && !tenantPattern.test(named)) throw invalid('a tenant id', 'something else');
    if (before !== undefined && named !== undefined && before !== named) throw otherTenant(before, named);
    const claimed = named ?? before;
    const index = Number(remembered.index) + 1;
    return index < clientIds.length ? askConsent(next, index, claimed) : askSignIn(next, claimed);
  }

  async function afterSignIn(parameters: Callback['parameters'], remembered: FlowState) {
    if (parameters.error !== undefined) throw explainAuthorizationError(parameters.error);
    if (!parameters.code) throw invalid('a code', 'none');
    const { claims, accessToken } = await redeem(parameters.code, remembered);
    const tenantId = tenantOf(claims);
    if (typeof remembered.claimed === 'string' && remembered.claimed !== tenantId)
      throw otherTenant(tenantId, remembered.claimed);
    await requireRole(claims, accessToken);
    return { tenantId, settings: { tenantId } };
  }

  async function redeem(code: string, { nonce, verifier, callbackUrl }: FlowState) {
    if (typeof nonce !== 'string' || typeof verifier !== 'string' || typeof callbackUrl !== 'string' || nonce === '')
      throw invalid('a journey of ours', 'something else');
    const discovered = await discovery.get();
    const { clientId, credential } = directory;
    const proof =
      'secret' in credential
        ? { client_secret: credential.secret }
        : assertClient(clientId, credential, discovered.tokenEndpoint, ports);
    const response = await ports.fetch(discovered.tokenEndpoint, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        code,
        redirect_uri: callbackUrl,
        code_verifier: verifier,
        ...proof,
      }).toString(),
    });
    const answer = parse(await readText(response, 'token_endpoint'));
    if (response.status !== 200) {
      const error = typeof answer.error === 'string' ? answer.error : '';
      throw refusedByTokenEndpoint(error, response.status, saysExpired(answer));
    }
    if (typeof answer.id_token !== 'string')
      throw new ProviderError('id_token_missing', { detail: { where: 'token_endpoint' } });
    const { parts, claims } = decodeIdToken(answer.id_token, discovered.algorithms);
    await discovered.keys.verify(parts);
    const skew = measureClockSkew(response, ports.now());
    // each tenant has an issuer of its own; the token must name that of the tenant that it claims
    const expected = issuerForTenant(issuerTemplate, tenantOf(claims));
    checkIdTokenClaims(claims, {
      issuer: expected,
      clientId,
      nonce,
      now: ports.now(),
      requiresAuthenticationTime: false,
      ...(skew === undefined ? {} : { clockSkew: skew }),
    });
    return { claims, accessToken: typeof answer.access_token === 'string' ? answer.access_token : '' };
  }

  /** By the token where it tells roles (`wids`), else by Graph, asked with the person's own token. */
  async function requireRole(claims: IdTokenClaims, accessToken: string): Promise<void> {
    const roles = Array.isArray(claims.wids) ? claims.wids : await graph.readRoleTemplateIds(accessToken);
    if (roles.some((role) => consentingRoles.includes(role))) return;
    throw new ProviderError('role_missing', {
      detail: {
        where: Array.isArray(claims.wids) ? 'wids' : '/me/transitiveMemberOf/microsoft.graph.directoryRole',
        expected: 'Global Administrator or Privileged Role Administrator',
      },
    });
  }

  function randomText(): string {
    return Buffer.from(ports.random(32)).toString('base64url');
  }

  return {
    begin: async (leg) => askConsent(leg, 0, undefined),

    async proceed({ method, parameters }, remembered, next) {
      if (method !== 'GET') throw invalid('GET', method);
      if (typeof remembered.state !== 'string' || parameters.state !== remembered.state)
        throw invalid('the state of this journey', 'another');
      return remembered.leg === 'sign-in'
        ? { tenant: await afterSignIn(parameters, remembered) }
        : { next: await afterConsent(parameters, remembered, next) };
    },
  };
}

function tenantOf({ tid }: JsonObject): string {
  if (typeof tid === 'string' && tenantPattern.test(tid)) return tid.toLowerCase();
  throw new ProviderError('tenant_mismatch', { detail: { where: 'tid', expected: 'a tenant id', received: 'none' } });
}

function otherTenant(expected: string, received: string): ProviderError {
  return new ProviderError('tenant_mismatch', {
    detail: { where: 'tenant', expected, received: quoteReceived(received) },
  });
}

function invalid(expected: string, received: string): ProviderError {
  return new ProviderError('callback_invalid', { detail: { where: 'callback', expected, received } });
}

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // reported below: the parser's own message quotes the text, which may hold a token
  }
  throw new ProviderError('upstream_answer_invalid', {
    detail: { where: 'token_endpoint', expected: 'a JSON object' },
  });
}
