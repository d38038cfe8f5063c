/**
 * The end of a guided set-up: a test sign-in of the draft by whoever holds the link, and handing the work back.
 *
 * Owns: these pages. Does not own: the test (`signin/trials.ts`), what goes live (`directory/connections/drafts.ts`). Whose
 * a test is, is this set-up in this browser: nobody else sees what it showed (SECURITY CON-17).
 */
import type { Request, RequestHandler, Response, Router } from 'express';
import { hashOfToken } from '../../core/random.ts';
import type { HeldSetupLink } from '../../directory/connections/setup-links.ts';
import { DirectoryError } from '../../directory/errors.ts';
import type { Guide } from '../../guides/guide.ts';
import { refuseUnknownFields } from '../../http/forms.ts';
import { ourValuesOf } from '../../http/our-values.ts';
import { leavingPage } from '../../http/views/leaving-page.ts';
import type { Trial } from '../../signin/trials.ts';
import { vendorOf as guessVendor, type Vendor, vendors } from '../../signin/vendors.ts';
import { type AccountsContext, readPost } from '../context.ts';
import { setupTestPage } from './setup-pages.ts';
import { behind, placeOf, type SetupVisit } from './setup-visit.ts';

export interface SetupTestNeeds {
  enter(request: Request, response: Response): Promise<SetupVisit | undefined>;
  leave(request: Request, response: Response, link: HeldSetupLink, error: DirectoryError): void;
  slowly: RequestHandler;
}

export function setupTest(router: Router, context: AccountsContext, { enter, leave, slowly }: SetupTestNeeds): void {
  const { trials, setupLinks, connectionDrafts: drafts, responder, sites } = context;
  const ownerOf = ({ link, browser }: SetupVisit): string => hashOfToken(`setup-link ${link.id} ${browser}`);
  const trialIdOf = ({ request }: SetupVisit): string => String(request.params.trial);

  /** Undefined: the answer has been given; without a guide nobody is so far. */
  async function enterTest(
    request: Request,
    response: Response,
  ): Promise<{ visit: SetupVisit; guide: Guide } | undefined> {
    const visit = await enter(request, response);
    if (!visit) return undefined;
    const { guide, url } = visit;
    if (guide) return { visit, guide };
    response.redirect(303, url('choose'));
    return undefined;
  }

  router.get('/setup/:link/test', slowly, async (request, response) => {
    const entered = await enterTest(request, response);
    if (entered) showTest(entered.visit, entered.guide);
  });

  router.post('/setup/:link/test', async (request, response) => {
    refuseUnknownFields(await readPost(context, request, response), []);
    const entered = await enterTest(request, response);
    if (!entered) return;
    const { visit, guide } = entered;
    // Without a draft what is live would be tested, which is not the holder's to do.
    if (!visit.draft || visit.draft.problems.length > 0) return showTest(visit, guide);
    const { holder, link, connection, url } = visit;
    const by = { act: holder.act, as: [], signedInWith: link.signedInWith };
    const begun = await trials.begin(by, connection, { owner: ownerOf(visit) });
    if (begun.outcome !== 'begun') return showTest(visit, guide, { isLimited: begun.outcome === 'too_many' });
    response.redirect(303, url('test', begun.id));
  });

  router.get('/setup/:link/test/:trial', slowly, async (request, response) => {
    const entered = await enterTest(request, response);
    if (!entered) return;
    const { visit, guide } = entered;
    const trial = await trials.find(trialIdOf(visit), ownerOf(visit));
    if (!trial) return response.redirect(303, visit.url('test'));
    showTest(visit, guide, { trial });
  });

  /** In a tab of its own, from the checklist. Who does not hold the set-up in this browser gets no further than its page. */
  router.get('/setup/:link/test/:trial/sign-in', slowly, async (request, response) => {
    const entered = await enterTest(request, response);
    if (!entered) return;
    const { visit } = entered;
    const here = visit.url('test', trialIdOf(visit));
    const send = await trials.depart(trialIdOf(visit), ownerOf(visit), `${here}/return`);
    if (send === undefined || send === 'failed') return response.redirect(303, here);
    if (send.method === 'GET') return response.redirect(303, send.url);
    const { connection, link } = visit;
    const model = {
      purpose: 'sign-in',
      action: send.url,
      fields: send.fields,
      provider: connection.name,
      organization: link.organization.name,
    } as const;
    // Only there: the page's own policy lets a form go nowhere else.
    responder.send(request, response, (page) => leavingPage(page, model), { formAction: [new URL(send.url).origin] });
  });

  /** From the provider, by way of the callback: only this browser may fetch what its sign-in showed. */
  router.get('/setup/:link/test/:trial/return', slowly, async (request, response) => {
    const entered = await enterTest(request, response);
    if (!entered) return;
    const { visit } = entered;
    const { h } = request.query;
    if (typeof h === 'string') await trials.accept(h, trialIdOf(visit), ownerOf(visit));
    response.redirect(303, visit.url('test', trialIdOf(visit)));
  });

  router.post('/setup/:link/finish', async (request, response) => {
    const form = await readPost(context, request, response);
    refuseUnknownFields(form, ['revision']);
    const entered = await enterTest(request, response);
    if (!entered) return;
    const { visit, guide } = entered;
    const { holder, link, connection, draft, url } = visit;
    // What was on the page when the button was pressed is no longer what would be handed over.
    if (draft && String(draft.revision) !== form.revision) return response.redirect(303, url('test'));
    try {
      if (link.mayFinish && draft && draft.passedAt !== null)
        await drafts.makeLive(holder, connection.id, draft.revision);
      await setupLinks.finish(holder, connection.id);
      response.redirect(303, url('done'));
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error;
      if (error.code === 'version_conflict' || error.code === 'draft_not_passed' || error.code === 'draft_incomplete')
        return showTest(visit, guide, { isConflict: true });
      leave(request, response, link, error);
    }
  });

  function checklistOf({ connection, definition, draft, url }: SetupVisit, guide: Guide, trial: Trial) {
    const settings = draft?.settings ?? connection.settings;
    const { values } = ourValuesOf(sites, definition, { id: connection.id, settings, workspaceName: null });
    const { acs = '', entityId = '', redirectUri } = values;
    return {
      trial,
      vendor: vendorOf(guide, connection.kind, settings),
      provider: connection.name,
      signInHref: url('test', trial.id, 'sign-in'),
      href: url('test', trial.id),
      ours: redirectUri === undefined ? { acs, entityId } : { redirectUri },
    };
  }

  function showTest(
    visit: SetupVisit,
    guide: Guide,
    now: { trial?: Trial; isLimited?: boolean; isConflict?: boolean } = {},
  ): void {
    const { request, response, draft, link, connection, url } = visit;
    const { trial, isLimited = false, isConflict = false } = now;
    responder.send(
      request,
      response,
      (page) =>
        setupTestPage(page, {
          ...behind(visit),
          place: placeOf(visit, guide, guide.steps.length + 1),
          guide: guide.name[page.language],
          isIncomplete: draft === undefined || draft.problems.length > 0,
          passedAt: draft?.passedAt ?? null,
          createdBy: link.createdBy,
          startAction: url('test'),
          finishAction: url('finish'),
          revision: draft?.revision ?? 0,
          mayFinish: link.mayFinish,
          isLive: connection.state === 'live',
          ...(trial && { trial: checklistOf(visit, guide, trial) }),
          isLimited,
          isConflict,
        }),
      isLimited ? { status: 429 } : isConflict ? { status: 409 } : {},
    );
  }
}

/** The product that was chosen is known better than what its addresses let one guess. */
function vendorOf({ id }: Guide, kind: string, settings: Readonly<Record<string, unknown>>): Vendor {
  const chosen = vendors.find((vendor) => vendor === id || id.startsWith(`${vendor}-`));
  return chosen ?? guessVendor(kind, settings);
}
