import { it } from 'vitest';
import { Browser } from '../support/browser.ts';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('A request without response_type is refused', async () => {
  const answer = await op.authorize(new Browser(), { response_type: undefined });
  op.expectErrorAnswer(answer, ['invalid_request', 'unsupported_response_type']);
});
