/** The built-in identity's first page: email and password, or a passkey (CIT-1, CIT-4). */
import type { Request, Response } from 'express';
import type { AccountsContext } from './context.ts';
import { type SignInPage, signInPage } from './views/sign-in-page.ts';
import type { Waiting } from './waiting.ts';

export function showEmailAndPassword(
  context: AccountsContext,
  request: Request,
  response: Response,
  { interaction, application }: Waiting,
  typed: { email: string; error?: NonNullable<SignInPage['error']> },
): void {
  const { email, error } = typed;
  const status = error === undefined ? 200 : error.kind === 'throttled' ? 429 : 422;
  context.responder.send(
    request,
    response,
    (page) =>
      signInPage(page, {
        action: context.signinUrl(interaction, 'password'),
        csrf: context.csrf.tokenFor(context.browserToken(request, response)),
        companyHref: context.signinUrl(interaction, 'company'),
        forgottenHref: context.signinUrl(interaction, 'forgotten'),
        ...(context.citrixPasskeys.isAvailable && {
          passkey: {
            action: context.signinUrl(interaction, 'passkey'),
            optionsUrl: context.signinUrl(interaction, 'passkey', 'options'),
          },
        }),
        ...(application.own === null && { application: application.name }),
        ...(email !== '' && { email: email.slice(0, 320) }),
        ...(error && { error }),
      }),
    { status },
  );
}
