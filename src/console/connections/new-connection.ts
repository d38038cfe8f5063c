/** Connecting a provider: the kind, then name and uses, which makes the draft whose settings are asked next. */
import type { Sites } from '../../config/sites.ts';
import { AppError } from '../../core/errors.ts';
import type { ConnectionDrafts } from '../../directory/connections/drafts.ts';
import type { DefinitionOf } from '../../directory/connections/new-connection.ts';
import type { Csrf } from '../../http/csrf.ts';
import { refuseUnknownFields } from '../../http/forms.ts';
import type { TenantConsents } from '../../signin/tenant-consents.ts';
import { editorOf, finish } from '../acts.ts';
import type { Show } from '../frame.ts';
import type { ConsoleRoute } from '../rules.ts';
import type { Handler, Visit } from '../visit.ts';
import {
  asHeadRefusal,
  type HeadRefusal,
  headFieldNames,
  readHead,
  type TypedHead,
  wantedHead,
} from './head-fields.ts';
import { kindsPage, newConnectionPage } from './new-connection-pages.ts';
import { connectionPath, connectionsPath } from './own-connection.ts';
import { refusalOf } from './refusals.ts';

export interface NewConnectionOptions {
  sites: Pick<Sites, 'goUrl'>;
  connectionDrafts: Pick<ConnectionDrafts, 'begin'>;
  tenantConsents: Pick<TenantConsents, 'isPossible'>;
  definitionOf: DefinitionOf;
  /** Every kind that can be connected, in the order of the registry. */
  kinds: readonly string[];
  csrf: Csrf;
  show: Show;
}

const path = `${connectionsPath}/new`;

export function newConnectionRoutes(options: NewConnectionOptions) {
  const { sites, connectionDrafts, tenantConsents, definitionOf, kinds, csrf, show } = options;

  const showKinds: Handler = async (visit) => {
    const model = {
      listHref: visit.url(connectionsPath),
      kinds: kinds.flatMap((kind) => {
        const definition = definitionOf(kind);
        if (!definition) return [];
        const { label, about, administrators } = definition;
        return [
          {
            label,
            ...(about && { about }),
            forAdministrators: administrators !== 'none',
            href: visit.url(`${path}/${kind}`),
          },
        ];
      }),
    };
    show(visit, (context, frame) => kindsPage(context, frame, model));
  };

  const ask: Handler = async (visit) => {
    const { label, subscribers } = requireKind(visit);
    showForm(visit, { name: label, subscribers, administrators: false, identifier: '' });
  };

  const create: Handler = async (visit) => {
    refuseUnknownFields(visit.form, headFieldNames);
    const { kind, ...offers } = requireKind(visit);
    const typed = readHead(visit.form, offers);
    try {
      const head = { ...wantedHead(typed), kind };
      const { connection } = await connectionDrafts.begin(editorOf(visit), visit.organization.id, head);
      // AAD-1: the tenant comes from its own administrator, and not from a form. GWY-1: a Gateway is looked for first
      const begins = tenantConsents.isPossible(kind) ? '/tenant' : kind === 'gateway' ? '/gateway' : '/draft';
      finish(visit, connectionPath(connection.id, begins));
    } catch (error) {
      showForm(visit, typed, asHeadRefusal(refusalOf(error)));
    }
  };

  function showForm(visit: Visit, typed: TypedHead, refusal?: HeadRefusal): void {
    const { kind, label, about, subscribers, administrators } = requireKind(visit);
    const model = {
      ...typed,
      kind: label,
      ...(about && { about }),
      offers: { subscribers, administrators },
      goUrl: sites.goUrl(''),
      refusal,
      action: visit.url(`${path}/${kind}`),
      csrf: csrf.tokenFor(visit.state.session.uid),
      listHref: visit.url(connectionsPath),
      kindsHref: visit.url(path),
    };
    const status = refusal === undefined ? 200 : refusal.code === 'settings_invalid' ? 422 : 409;
    show(visit, (context, frame) => newConnectionPage(context, frame, model), { status });
  }

  function requireKind({ request }: Visit) {
    const definition = definitionOf(String(request.params.kind));
    if (!definition) throw new AppError('not_found');
    return definition;
  }

  return {
    'GET /connections/new': showKinds,
    'GET /connections/new/:kind': ask,
    'POST /connections/new/:kind': create,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}
