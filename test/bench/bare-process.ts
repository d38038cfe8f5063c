/** What the broker is compared with: oidc-provider by itself, and an Express answer by itself. Ends with its parent. */
import { join } from 'node:path';
import express from 'express';
import { systemClock } from '../../src/core/clock.ts';
import { openDatabase } from '../../src/database/database.ts';
import { createSecurityHeaders } from '../../src/http/security-headers.ts';
import { createSqliteStore } from '../../src/store/sqlite.ts';
import { createBareProvider } from './bare-provider.ts';
import { serveMeasured } from './measured-process.ts';

export interface BarePlan {
  port: number;
  folder: string;
  client: { clientId: string; secret: string; redirectUri: string };
}

serveMeasured({
  async start({ port, folder, client }: BarePlan) {
    const database = await openDatabase({ kind: 'sqlite', file: join(folder, 'bare.sqlite') });
    const store = createSqliteStore({ database: database.sqlite!, clock: systemClock });
    const provider = await createBareProvider(`http://localhost:${port}/core`, store, client);
    const app = express();
    app.disable('x-powered-by');
    app.disable('etag');
    app.get('/interaction/:uid', (request, response) =>
      provider.interactionFinished(request, response, { login: { accountId: 'somebody' } }),
    );
    app.use('/core', provider.callback());

    // The session check's answer with the same headers, and nothing behind it.
    let requests = 0;
    app.use(createSecurityHeaders(false));
    app.get('/session', (_request, response) => {
      response.setHeader('X-Request-Id', `bench-${(++requests).toString(36)}`);
      const accountId = '3c6f0e0a-51c8-4d7f-9a53-7f3f1b6a2d10';
      response.json({ active: true, accountId, endsAt: Date.now(), reason: 'absolute' });
    });
    await new Promise<void>((resolve) => app.listen(port, '127.0.0.1', () => resolve()));
  },
});
