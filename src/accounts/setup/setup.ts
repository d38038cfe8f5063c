/**
 * `/setup/<id>.<secret>`, where a set-up link leads, and `/setup/<id>/…`, the guided set-up behind it: for whoever runs the
 * identity provider, without an account.
 *
 * A GET changes nothing, however often and by whomever it is made: mail scanners open links (SECURITY ID-10). Begin is a
 * post, and binds the set-up to this browser; the secret is in no address after it. What the holder may do is asked of the
 * rows at every act (`directory/connections/setup-link-holder.ts`).
 */
import { type Request, type Response, Router } from 'express';
import { AppError } from '../../core/errors.ts';
import { type HeldSetupLink, holderOf } from '../../directory/connections/setup-links.ts';
import { DirectoryError, type Problem } from '../../directory/errors.ts';
import type { Guide } from '../../guides/guide.ts';
import { guideOf, guidesFor } from '../../guides/guides.ts';
import { originOf } from '../../http/edge.ts';
import { type Form, refuseUnknownFields } from '../../http/forms.ts';
import { ourValuesOf } from '../../http/our-values.ts';
import { defaultsOf, readSettings, settingFieldNames, valuesOf } from '../../http/views/setting-values.ts';
import { type AccountsContext, readPost } from '../context.ts';
import { type MetadataOutcome, setupMetadata } from './setup-metadata.ts';
import {
  type SetupOver,
  setupChoosePage,
  setupDonePage,
  setupOverPage,
  setupSettingsPage,
  setupStartPage,
  setupStepPage,
} from './setup-pages.ts';
import { setupTest } from './setup-test.ts';
import { asGuided, behind, pagesAfterSteps, placeOf, placeUrl, type SetupVisit } from './setup-visit.ts';

/** By address: a look costs some queries, and a secret cannot be guessed in any number of them. */
const looks = { name: 'setup', max: 120, window: 60_000 };

export function createSetupRoutes(context: AccountsContext): Router {
  const router = Router();
  const { setupLinks, connectionDrafts: drafts, connections, responder, csrf, sites, definitionOf, labelOf } = context;
  const slowly = context.rateLimiter.byAddress(looks);
  const csrfOf = (request: Request, response: Response) => csrf.tokenFor(context.browserToken(request, response));
  const tokenOf = ({ params }: Request): string => String(params.link);

  router.get('/setup/:link', slowly, async (request, response) => {
    const token = tokenOf(request);
    if (!token.includes('.')) return resume(request, response);
    const found = await setupLinks.find(token);
    if (found.outcome !== 'open')
      return showOver(request, response, found.outcome, 'organization' in found ? found.organization.name : undefined);
    const { organization, connection, createdBy, expiresAt } = found;
    responder.send(request, response, (page) =>
      setupStartPage(page, {
        organization: organization.name,
        connection: connection.name,
        kind: labelOf(connection.kind),
        createdBy,
        expiresAt,
        action: sites.setupUrl(token),
        csrf: csrfOf(request, response),
      }),
    );
  });

  router.post('/setup/:link', slowly, async (request, response) => {
    await readPost(context, request, response);
    const token = tokenOf(request);
    try {
      const { id } = await setupLinks.begin(token, context.browserOf(request, response), originOf(request));
      response.redirect(303, sites.setupUrl(id));
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error;
      // Over: its own page says why.
      response.redirect(303, sites.setupUrl(token));
    }
  });

  /** Where the holder was when they stopped. */
  async function resume(request: Request, response: Response): Promise<void> {
    const visit = await enter(request, response);
    if (!visit) return;
    const { guide, link, url } = visit;
    if (!guide) return response.redirect(303, url('choose'));
    const next = Math.min(link.step, guide.steps.length + pagesAfterSteps - 1);
    response.redirect(303, placeUrl(visit, guide, next));
  }

  router.get('/setup/:link/choose', slowly, async (request, response) => {
    const visit = await enter(request, response);
    if (visit) showChoose(visit);
  });

  router.post('/setup/:link/choose', async (request, response) => {
    const form = await readPost(context, request, response);
    refuseUnknownFields(form, ['guide']);
    const visit = await enter(request, response);
    if (!visit) return;
    const guide = guideOf(visit.connection.kind, form.guide ?? null);
    if (!guide) return showChoose(visit, true);
    await setupLinks.keepProgress(visit.holder, { guide: guide.id, step: 0 });
    response.redirect(303, visit.url('steps', '1'));
  });

  router.get('/setup/:link/steps/:step', slowly, async (request, response) => {
    const visit = await enter(request, response);
    if (!visit) return;
    const { guide, connection, definition, link, url } = visit;
    if (!guide) return response.redirect(303, url('choose'));
    const index = indexOf(guide, request);
    const step = guide.steps[index]!;
    const settings = visit.draft?.settings ?? connection.settings;
    const ours = ourValuesOf(sites, definition, {
      id: connection.id,
      settings,
      workspaceName: connection.forSubscribers ? link.organization.workspaceName : null,
      metadataMark: context.metadataAddresses.markOf(connection.id),
    });
    responder.send(request, response, (page) =>
      setupStepPage(page, {
        ...behind(visit),
        place: placeOf(visit, guide, index),
        guide: guide.name[page.language],
        step,
        ours,
        action: url('steps', String(index + 1)),
        ...(guidesFor(connection.kind).length > 1 && { anotherHref: url('choose') }),
      }),
    );
  });

  router.post('/setup/:link/steps/:step', async (request, response) => {
    refuseUnknownFields(await readPost(context, request, response), []);
    const visit = await enter(request, response);
    if (!visit) return;
    const { guide } = visit;
    if (!guide) return response.redirect(303, visit.url('choose'));
    const next = indexOf(guide, request) + 1;
    await setupLinks.keepProgress(visit.holder, { guide: guide.id, step: next });
    response.redirect(303, placeUrl(visit, guide, next));
  });

  router.get('/setup/:link/settings', slowly, async (request, response) => {
    const visit = await enter(request, response);
    if (!visit) return;
    if (!visit.guide) return response.redirect(303, visit.url('choose'));
    showSettings(visit, visit.guide);
  });

  router.post('/setup/:link/settings', async (request, response) => {
    const form = await readPost(context, request, response);
    const visit = await enter(request, response);
    if (!visit) return;
    const { guide, definition } = visit;
    if (!guide) return response.redirect(303, visit.url('choose'));
    refuseUnknownFields(form, ['revision', ...settingFieldNames(asGuided(definition.descriptions, guide))]);
    await save(visit, guide, form);
  });

  /** What is incomplete is kept, and shown again with what is missing. */
  async function save(visit: SetupVisit, guide: Guide, form: Form): Promise<void> {
    const { holder, connection, definition, link, url } = visit;
    const descriptions = asGuided(definition.descriptions, guide);
    // Where nothing is being prepared yet, or only what was live once, the first save begins it.
    const draft = await drafts.open(holder, connection.id).catch((error) => refuse(error, visit));
    if (!draft) return;
    const typed = readSettings(form, draft.settings, descriptions);
    const revision = visit.draft ? numberOf(form.revision) : draft.revision;
    try {
      const { draft: saved, dropped } = await drafts.save(holder, connection.id, revision, {
        settings: typed.settings,
        secrets: typed.secrets,
      });
      if (saved.problems.length > 0)
        return showSettings({ ...visit, draft: saved }, guide, { problems: saved.problems, dropped });
      await setupLinks.keepProgress(holder, { guide: guide.id, step: guide.steps.length + 1 });
      visit.response.redirect(303, url('test'));
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error;
      if (error.code === 'version_conflict') {
        const now = await drafts.find(connection);
        return showSettings({ ...visit, draft: now }, guide, { isConflict: true });
      }
      if (error.code !== 'settings_invalid') return leave(visit.request, visit.response, link, error);
      showSettings({ ...visit, draft }, guide, { problems: error.problems, values: typed.values });
    }
  }

  function refuse(error: unknown, { request, response, link }: SetupVisit): undefined {
    if (!(error instanceof DirectoryError)) throw error;
    leave(request, response, link, error);
    return undefined;
  }

  function showSettings(
    visit: SetupVisit,
    guide: Guide,
    after: {
      problems?: readonly Problem[];
      dropped?: readonly string[];
      values?: Readonly<Record<string, string>>;
      isConflict?: boolean;
      metadata?: MetadataOutcome;
    } = {},
  ): void {
    const { request, response, definition, draft, connection, url } = visit;
    const defaults = defaultsOf(definition);
    // What people have not typed yet is theirs to find out by saving; a form that greets with errors is none.
    const settings = draft?.settings ?? connection.settings;
    const fields = {
      descriptions: asGuided(definition.descriptions, guide),
      values: after.values ?? valuesOf(settings, definition.descriptions, defaults),
      secrets: new Set(draft?.secrets ?? []),
      dropped: new Set(after.dropped ?? []),
      problems: after.problems ?? [],
      withDefault: new Set(defaults.keys()),
    };
    const isRefused = fields.problems.length > 0 || fields.dropped.size > 0 || after.metadata !== undefined;
    responder.send(
      request,
      response,
      (page) =>
        setupSettingsPage(page, {
          ...behind(visit),
          place: placeOf(visit, guide, guide.steps.length),
          guide: guide.name[page.language],
          action: url('settings'),
          revision: draft?.revision ?? 0,
          bringBack: guide.bringBack[page.language],
          fields,
          ...(connection.kind === 'saml' && {
            metadata: { action: url('metadata'), ...after.metadata, isTaken: request.query.metadata === 'taken' },
          }),
          ...(after.isConflict && { isConflict: true }),
        }),
      after.isConflict ? { status: 409 } : isRefused ? { status: 422 } : {},
    );
  }

  router.get('/setup/:link/done', slowly, async (request, response) => {
    const browser = context.browserOf(request, response);
    const ended = await setupLinks.finishedHere(tokenOf(request), browser);
    if (!ended) return showOver(request, response, 'elsewhere');
    const { outcome, createdBy, organization } = ended;
    responder.send(request, response, (page) =>
      setupDonePage(page, { outcome, createdBy, organization: organization.name }),
    );
  });

  function showChoose(visit: SetupVisit, isMissing = false): void {
    const { request, response, connection, guide, url } = visit;
    const offered = guidesFor(connection.kind);
    responder.send(
      request,
      response,
      (page) =>
        setupChoosePage(page, {
          ...behind(visit),
          action: url('choose'),
          guides: offered.map(({ id, name, protocol }) => ({ id, name: name[page.language], protocol })),
          chosen: guide?.id ?? null,
          isMissing,
        }),
      isMissing ? { status: 422 } : {},
    );
  }

  /** Undefined: the page that says what to do has been sent. */
  async function enter(request: Request, response: Response): Promise<SetupVisit | undefined> {
    const browser = context.browserOf(request, response);
    const link = await setupLinks.held(tokenOf(request), browser);
    const connection = link && (await connections.find(link.connection.id));
    const definition = connection && definitionOf(connection.kind);
    if (!link || !connection || !definition) {
      showOver(request, response, 'elsewhere');
      return undefined;
    }
    const offered = guidesFor(connection.kind);
    return {
      request,
      response,
      link,
      connection,
      definition,
      draft: await drafts.find(connection),
      guide: guideOf(connection.kind, link.guide) ?? (offered.length === 1 ? offered[0] : undefined),
      browser,
      csrf: csrfOf(request, response),
      holder: holderOf(link, browser, originOf(request)),
      url: (...rest) => sites.setupUrl(link.id, ...rest),
    };
  }

  /** The link ended between two clicks. */
  function leave(request: Request, response: Response, link: HeldSetupLink, error: DirectoryError): void {
    if (error.code !== 'setup_link_over' && error.code !== 'not_found') throw error;
    showOver(request, response, 'elsewhere', link.organization.name);
  }

  function showOver(request: Request, response: Response, outcome: SetupOver, organization?: string): void {
    const status = outcome === 'unknown' || outcome === 'elsewhere' ? 404 : outcome === 'finished' ? 200 : 410;
    responder.send(
      request,
      response,
      (page) => setupOverPage(page, { outcome, ...(organization !== undefined && { organization }) }),
      { status },
    );
  }

  setupMetadata(router, context, { enter, leave, showSettings });
  setupTest(router, context, { enter, leave, slowly });
  return router;
}

/** Throws `not_found`. */
function indexOf(guide: Guide, { params }: Request): number {
  const number = /^[1-9]\d?$/.test(String(params.step)) ? Number(params.step) : 0;
  if (number < 1 || number > guide.steps.length) throw new AppError('not_found');
  return number - 1;
}

function numberOf(text: string | undefined): number {
  return /^\d{1,9}$/.test(text ?? '') ? Number(text) : -1;
}
