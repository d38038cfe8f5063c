/** What the simulated Entra and Graph answer with has the shape of the published examples; ours reads those too. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createGraphDirectory } from '../../providers/protocols/graph/directory.ts';
import { describeWithFixtures, hasSharedFixtures, sharedFixtures } from '../support/skips.ts';
import { startEntraJourney } from '../support/upstreams/oidc/journey.ts';

const folder = new URL('api/graph/', sharedFixtures);
const filesOf = (start: string) =>
  hasSharedFixtures ? readdirSync(folder).filter((name) => name.startsWith(`v1.0__${start}__`)) : [];
const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
const answering = (body: unknown) =>
  createGraphDirectory('https://graph.microsoft.com', async () => 'token', {
    fetch: async () => new Response(JSON.stringify(body)),
    sleep: async () => undefined,
  });

describeWithFixtures('Microsoft Graph’s published answers', () => {
  it.each([...filesOf('user-list'), ...filesOf('group-list')])('%s is read, whatever it lacks', async (file) => {
    const body = read(file);
    const directory = answering(body);
    const isUsers = file.includes('user-list');
    const { entries } = isUsers ? await directory.searchUsers('a') : await directory.searchGroups('a');
    const ids = (body.value as { id?: string; userType?: string }[]).filter(
      ({ id, userType }) => /^[0-9a-f-]{36}$/i.test(id ?? '') && userType !== 'Guest',
    );
    expect(entries.map(({ id }) => id)).toEqual(ids.map(({ id }) => id?.toLowerCase()));
    for (const { displayName } of entries) expect(displayName).not.toBe('');
  });

  it('a person of a published token has the key tid.oid, and their groups never come from an address in it', async () => {
    const token = JSON.parse(
      readFileSync(new URL('api/tokens/entra_v1_user_full.json', sharedFixtures), 'utf8'),
    ) as Record<string, string>;
    const { oid = '', tid = '' } = token;
    await using journey = await startEntraJourney({
      upstream: {
        tenantId: tid,
        users: [
          {
            username: 'somebody',
            password: '',
            subject: oid,
            claims: {
              wids: token.wids,
              _claim_names: { groups: 'src1' },
              _claim_sources: { src1: { endpoint: 'https://graph.windows.net/retired' } },
            },
            groups: ['group-1', 'group-2', 'group-3'],
          },
        ],
      },
      settings: { tenantId: tid, groups: true },
    });
    const identity = await journey.signIn();
    expect(identity.subject).toBe(`${tid}.${oid}`);
    expect(identity.raw.groups?.values).toEqual(['group-1', 'group-2', 'group-3']);
    expect(journey.ports.fetched.filter((url) => !url.startsWith(journey.upstream.url))).toEqual([]);
  });
});
