import { expect, it } from 'vitest';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('Unsigned ID tokens are neither offered nor registered', async () => {
  expect(op.discovery.id_token_signing_alg_values_supported).toEqual(['RS256', 'ES256']);
  const metadata = { id_token_signed_response_alg: 'none' } as never;
  await expect(op.register({ metadata })).rejects.toThrow();
});
