/** What the pages of a guided set-up share: who asks about what, and where in the set-up they are. */
import type { Request, Response } from 'express';
import type { ProviderDefinition } from '../../../providers/provider.ts';
import type { Connection } from '../../directory/connections/connections.ts';
import type { Draft } from '../../directory/connections/drafts.ts';
import type { SetupLinkHolder } from '../../directory/connections/setup-link-holder.ts';
import type { HeldSetupLink } from '../../directory/connections/setup-links.ts';
import type { Guide } from '../../guides/guide.ts';

/** A request of the browser that holds the set-up, with what it is about. */
export interface SetupVisit {
  request: Request;
  response: Response;
  link: HeldSetupLink;
  connection: Connection;
  definition: ProviderDefinition;
  draft: Draft | undefined;
  /** Absent: not chosen yet. */
  guide: Guide | undefined;
  /** Hash of the cookie. */
  browser: string;
  csrf: string;
  holder: SetupLinkHolder;
  /** Absolute URL of a page of this set-up. */
  url(...rest: string[]): string;
}

/** After the steps of the guide: the values that come back, and the test. */
export const pagesAfterSteps = 2;

/** Which page of the set-up comes at this place: steps, then settings, then test. */
export function placeUrl({ url }: Pick<SetupVisit, 'url'>, guide: Guide, index: number): string {
  if (index < guide.steps.length) return url('steps', String(index + 1));
  return index === guide.steps.length ? url('settings') : url('test');
}

export function placeOf(visit: Pick<SetupVisit, 'url'>, guide: Guide, index: number) {
  return {
    number: index + 1,
    count: guide.steps.length + pagesAfterSteps,
    ...(index > 0 && { backHref: placeUrl(visit, guide, index - 1) }),
  };
}

export function behind({ link, csrf }: SetupVisit) {
  return { organization: link.organization.name, csrf, expiresAt: link.expiresAt };
}

/**
 * What this product's administrator fills in comes first; everything else has its right value and is folded away. Metadata
 * has a form of its own (`setup-metadata.ts`).
 */
export function asGuided(
  descriptions: ProviderDefinition['descriptions'],
  { fields }: Guide,
): ProviderDefinition['descriptions'] {
  const rank = (key: string) => (fields.includes(key) ? fields.indexOf(key) : fields.length);
  return descriptions
    .filter(({ key }) => key !== 'metadata' && key !== 'metadataUrl' && key !== 'metadataRefresh')
    .map((description) => ({ ...description, advanced: !fields.includes(description.key) }))
    .toSorted((one, other) => rank(one.key) - rank(other.key));
}
