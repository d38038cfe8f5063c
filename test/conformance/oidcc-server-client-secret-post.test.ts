import { expect, it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { postForm } from '../support/browserless.ts';
import { redirectUri } from '../support/relying-party.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A client that is registered for client_secret_post redeems with its secret in the body, and not without', async () => {
  const client = await op.register({ metadata: { token_endpoint_auth_method: 'client_secret_post' } });
  const redeem = async (secret: string) => {
    const authorized = await op.authorize(new Browser(), {}, client);
    const answer = await postForm(String(op.discovery.token_endpoint), {
      grant_type: 'authorization_code',
      code: op.expectCode(authorized),
      code_verifier: authorized.verifier,
      redirect_uri: redirectUri,
      client_id: client.clientId,
      client_secret: secret,
    });
    return { ...answer, nonce: authorized.nonce };
  };
  const { status, body, nonce } = await redeem(String(client.secret));
  expect(status).toBe(200);
  await op.verifyIdToken(body.id_token, client, nonce);
  expect(await redeem('wrong')).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
});
