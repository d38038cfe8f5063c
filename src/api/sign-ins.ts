/** Explained sign-ins by connections, and links that show one to somebody without an account (CLM-1). */
import type { Sites } from '../config/sites.ts';
import { DirectoryError } from '../directory/errors.ts';
import type { Organization } from '../directory/organizations.ts';
import { administratorsRealm } from '../sessions/policy.ts';
import { explainTrace } from '../signin/traces/explain-trace.ts';
import type { TraceLink, TraceLinks } from '../signin/traces/trace-links.ts';
import type { Trace, Traces } from '../signin/traces/traces.ts';
import type { HandlersOf } from './handlers.ts';

export interface SignInsOptions {
  sites: Pick<Sites, 'explainUrl'>;
  traces: Pick<Traces, 'find' | 'findByReference' | 'page'>;
  traceLinks: Pick<TraceLinks, 'create' | 'revoke' | 'list'>;
}

export function signInsHandlers({ sites, traces, traceLinks }: SignInsOptions) {
  /** By its id or its code. Another organization's is as unknown as none (CON-08). */
  async function traceOf(organization: Organization, asked: string | undefined): Promise<Trace> {
    const id = asked ?? '';
    const found =
      id.length === 36 ? await traces.find(organization.id, id) : await traces.findByReference(organization.id, id);
    if (!found) throw new DirectoryError('not_found', 'There is no such sign-in, or it is older than 14 days');
    return found;
  }

  return {
    'GET /api/v1/organizations/{customerId}/sign-ins': async ({ organization, query, page: { limit, after } }) => {
      const [id] = after ?? [];
      const page = await traces.page({
        organizationId: organization.id,
        limit,
        ...(query.connectionId !== undefined && { connectionId: query.connectionId }),
        ...(query.wrong !== undefined && { wrong: query.wrong === 'true' }),
        ...(typeof id === 'string' && { from: { id, direction: 'older' as const } }),
      });
      return {
        body: { items: page.traces.map(describeSignIn) },
        last: page.older === undefined ? undefined : [page.older],
      };
    },

    'GET /api/v1/organizations/{customerId}/sign-ins/{signInId}': async ({ organization, params }) => ({
      body: describeSignIn(await traceOf(organization, params.signInId)),
    }),

    'GET /api/v1/organizations/{customerId}/sign-ins/{signInId}/links': async ({ organization, params }) => {
      const links = await traceLinks.list(await traceOf(organization, params.signInId));
      return { body: { items: links.map(describeLink) } };
    },

    'POST /api/v1/organizations/{customerId}/sign-ins/{signInId}/links': async ({
      organization,
      params,
      body,
      act,
    }) => {
      const trace = await traceOf(organization, params.signInId);
      const { link, token } = await traceLinks.create(act, trace, body.days);
      return { body: { ...describeLink(link), url: sites.explainUrl(token) } };
    },

    'DELETE /api/v1/organizations/{customerId}/sign-ins/{signInId}/links/{linkId}': async (call) => {
      const trace = await traceOf(call.organization, call.params.signInId);
      const revoked = await traceLinks.revoke(call.act, trace, call.params.linkId ?? '');
      if (!revoked) throw new DirectoryError('not_found', 'There is no such link, or it was revoked already');
      return {};
    },
  } satisfies HandlersOf<`${string}/sign-ins${string}`>;
}

const timeOf = (at: number): string => new Date(at).toISOString();

/** As the API tells it. */
export function describeSignIn(trace: Trace) {
  const { meaning, remedy } = explainTrace(trace);
  return {
    id: trace.id,
    reference: trace.reference,
    connection: trace.connection && { ...trace.connection },
    clientId: trace.clientId,
    kind:
      trace.realm === ''
        ? null
        : trace.realm === administratorsRealm
          ? ('administrator' as const)
          : ('subscriber' as const),
    beganAt: timeOf(trace.beganAt),
    finishedAt: timeOf(trace.finishedAt),
    outcome: trace.outcome,
    code: trace.code,
    meaning: { ...meaning },
    remedy: remedy ? { ...remedy } : null,
    steps: trace.steps.map((step) => ({ ...step })),
    software: trace.software,
  };
}

function describeLink(link: TraceLink) {
  return {
    id: link.id,
    createdAt: timeOf(link.createdAt),
    createdBy: link.createdBy,
    expiresAt: timeOf(link.expiresAt),
    state: link.state,
    openedAt: link.openedAt === null ? null : timeOf(link.openedAt),
  };
}
