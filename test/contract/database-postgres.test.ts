import { postgresAvailable, startPostgres } from '../support/services/postgres.ts';
import { describeIf } from '../support/skips.ts';
import { describeDatabase } from './database-contract.ts';

describeIf(postgresAvailable, 'PostgreSQL is not installed')('PostgreSQL', () => {
  describeDatabase('PostgreSQL', async () => {
    const postgres = await startPostgres();
    return { config: { kind: 'postgres', url: postgres.url }, close: postgres.close };
  });
});
