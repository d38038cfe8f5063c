/**
 * The identity provider's metadata, given by whoever holds a set-up link: by its address or pasted (SML-3).
 *
 * Owns: this form. Does not own: fetching and reading it (`directory/connections/metadata-imports.ts`, which counts and
 * records every try, SECURITY RP-11), what of it goes into the draft.
 */
import type { Request, Response, Router } from 'express';
import { ProviderError } from '../../../providers/errors.ts';
import { AppError } from '../../core/errors.ts';
import type { GivenMetadata, MetadataImport } from '../../directory/connections/metadata-imports.ts';
import { MetadataRefused } from '../../directory/connections/metadata-reader.ts';
import type { HeldSetupLink } from '../../directory/connections/setup-links.ts';
import { DirectoryError } from '../../directory/errors.ts';
import type { Guide } from '../../guides/guide.ts';
import { type Form, readForm, refuseUnknownFields } from '../../http/forms.ts';
import type { AccountsContext } from '../context.ts';
import type { SetupMetadataProblem } from './setup-pages.ts';
import type { SetupVisit } from './setup-visit.ts';

export interface MetadataOutcome {
  problem: SetupMetadataProblem;
  url?: string;
}

export interface SetupMetadataNeeds {
  enter(request: Request, response: Response): Promise<SetupVisit | undefined>;
  leave(request: Request, response: Response, link: HeldSetupLink, error: DirectoryError): void;
  showSettings(visit: SetupVisit, guide: Guide, after: { metadata: MetadataOutcome }): void;
}

/** A provider's own document has some kilobytes; more comes by its address. */
const longestDocument = 2 * 1024 * 1024;

export function setupMetadata(router: Router, context: AccountsContext, needs: SetupMetadataNeeds): void {
  const { metadataImports } = context;

  router.post('/setup/:link/metadata', async (request, response) => {
    const form = await readForm(request, { maxBytes: longestDocument });
    context.csrf.require(context.browserToken(request, response), form);
    refuseUnknownFields(form, ['url', 'paste', 'entityId']);
    const visit = await needs.enter(request, response);
    if (!visit) return;
    const { guide, connection, link, url } = visit;
    if (connection.kind !== 'saml') throw new AppError('not_found');
    if (!guide) return response.redirect(303, url('choose'));
    const typed = { url: (form.url ?? '').slice(0, 2048) };
    try {
      const problem = await take(visit, form);
      if (problem) return needs.showSettings(visit, guide, { metadata: { ...typed, problem } });
      response.redirect(303, `${url('settings')}?metadata=taken`);
    } catch (error) {
      const problem = problemOf(error);
      if (problem) return needs.showSettings(visit, guide, { metadata: { ...typed, problem } });
      if (!(error instanceof DirectoryError)) throw error;
      needs.leave(request, response, link, error);
    }
  });

  async function take(
    { holder, connection, draft }: SetupVisit,
    form: Form,
  ): Promise<SetupMetadataProblem | undefined> {
    const given = givenOf(form);
    if (!given) return { kind: 'missing' };
    const found = await metadataImports.begin(holder, connection, given);
    const place = placeIn(found, (form.entityId ?? '').trim());
    if (place < 0)
      return {
        kind: 'several',
        count: found.providers.length,
        ...(form.entityId && { typed: form.entityId.slice(0, 1024) }),
      };
    const refused = found.providers[place]?.problem;
    if (refused) return { kind: 'refused', code: refused.code };
    await metadataImports.take(holder, connection, {
      importId: found.id,
      place,
      revision: draft?.revision ?? 0,
      // A change in it is shown to the administrators, who decide.
      watching: given.from === 'url' ? 'ask' : 'off',
    });
    return undefined;
  }
}

function givenOf({ url = '', paste = '' }: Form): GivenMetadata | undefined {
  // The XML declaration must come first, and who copies takes a line too many.
  const document = Buffer.from(paste.trim());
  if (document.length > 0) return { from: 'paste', document };
  const address = url.trim();
  return /^https?:\/\//i.test(address) && URL.canParse(address) ? { from: 'url', url: address } : undefined;
}

/** -1: it is not said which. */
function placeIn({ providers }: MetadataImport, entityId: string): number {
  return providers.length === 1 ? 0 : providers.findIndex((provider) => provider.entityId === entityId);
}

function problemOf(error: unknown): SetupMetadataProblem | undefined {
  if (error instanceof MetadataRefused) return { kind: 'refused', code: error.problem.code };
  if (error instanceof ProviderError) return { kind: 'unreachable', code: error.code };
  if (!(error instanceof DirectoryError)) return undefined;
  if (error.code === 'limit_reached') return { kind: 'limit' };
  if (error.code === 'version_conflict') return { kind: 'conflict' };
  if (error.code !== 'settings_invalid') return undefined;
  return { kind: 'settings', messages: error.problems.map(({ path, message }) => `${path}: ${message}`) };
}
