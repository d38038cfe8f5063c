/** When an authorize request must go through a sign-in page, beyond what oidc-provider asks for by itself. */
import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { ClientExtension } from './clients.ts';
import { realmContext } from './realms.ts';

const { base, Check } = interactionPolicy;

export function createInteractionPolicy(): interactionPolicy.DefaultPolicy {
  const policy = base();
  // Consent is given by the administrator who registered the application; asked for by `prompt=consent`, it is
  // answered by the sign-in route at once.
  policy.get('consent')?.checks.clear();

  const login = policy.get('login');
  if (!login) throw new Error('oidc-provider has no login prompt');
  login.checks.add(
    new Check('other_organization', 'the session belongs to another organization', (ctx) =>
      isForeign(ctx) ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
    ),
  );
  // What a finished sign-in could not satisfy (an essential acr, another person's id_token_hint) would be asked for
  // again and again. It is an error for the relying party instead (OP-24).
  for (const check of login.checks) {
    const { check: original } = check;
    check.check = async (ctx) => {
      const answer = await original(ctx);
      if (answer === Check.REQUEST_PROMPT && ctx.oidc.result?.login) {
        if (check.reason.startsWith('essential_acr')) {
          throw new errors.CustomOIDCProviderError('unmet_authentication_requirements', check.description ?? '');
        }
        throw new errors.CustomOIDCProviderError('login_required', check.description ?? '');
      }
      return answer;
    };
  }
  return policy;
}

/**
 * OP-20: one browser, two organizations. Realms keep their sessions apart; this is the second line, for the day when
 * somebody gets a realm wrong.
 */
export function isForeign(ctx: KoaContextWithOIDC): boolean {
  const { found } = realmContext();
  const extension = ctx.oidc.client?.sekisho as ClientExtension | undefined;
  if (!found || !ctx.oidc.session?.accountId || !extension) return false;
  const { realm, organizationIds } = found.state.session;
  const { organizationId } = extension;
  if (extension.realm !== null && extension.realm !== realm) return true;
  return organizationId !== null && !organizationIds.includes(organizationId);
}
