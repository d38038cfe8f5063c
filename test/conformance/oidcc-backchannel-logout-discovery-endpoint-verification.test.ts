import { expect, it } from 'vitest';
import { startOpenIdProvider } from './support.ts';

const op = await startOpenIdProvider();

it('Discovery says that back-channel logout is supported, with the session’s identifier', () => {
  expect(op.discovery).toMatchObject({
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    end_session_endpoint: `${op.issuer}/connect/endsession`,
  });
});
