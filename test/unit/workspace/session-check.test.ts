import type { Request, Response } from 'express';
import { describe, expect, it } from 'vitest';
import type { Organization } from '../../../src/directory/organizations.ts';
import type { Surface } from '../../../src/http/own-surface.ts';
import type { SessionState } from '../../../src/sessions/sessions.ts';
import { createSessionCheck } from '../../../src/workspace/session-check.ts';

const minute = 60_000;
const active = {
  session: { uid: 'u', accountId: 'account', lastActivityAt: 0 },
  policy: { absolute: 60 * minute, inactivity: 10 * minute },
  end: { at: 10 * minute, reason: 'inactivity' },
  active: true,
} as unknown as SessionState;

function createCheck(state: SessionState | undefined, found: { retired: boolean } | undefined = { retired: false }) {
  const calls = { find: 0, record: 0 };
  let now = 2 * minute;
  const check = createSessionCheck({
    clock: { now: () => now },
    sessions: {
      find: async () => state,
      recordActivity: async () => {
        calls.record++;
      },
    },
    async find() {
      calls.find++;
      return found && { organization: {} as Organization, ...found };
    },
    workspaceOf: () => ({}) as Surface,
    sessionOf: async () => state,
  });
  const advance = (ms: number): void => {
    now += ms;
  };
  return { check, calls, advance };
}

async function ask(check: ReturnType<typeof createSessionCheck>, headers: Record<string, string> = {}) {
  let body = '';
  const response = {
    statusCode: 200,
    setHeader: () => response,
    end: (text: string) => {
      body = text;
    },
  };
  const request = { headers, url: '/session', method: 'GET', edge: { workspace: 'acme' } };
  await check(request as unknown as Request, response as unknown as Response);
  return { status: response.statusCode, body: JSON.parse(body) };
}

describe('The session check', () => {
  it('says until when somebody is signed in, and which limit comes first', async () => {
    expect(await ask(createCheck(active).check)).toEqual({
      status: 200,
      body: { active: true, accountId: 'account', endsAt: 10 * minute, reason: 'inactivity' },
    });
  });

  it('answers 401 with the reason when the session has ended', async () => {
    const ended = { ...active, active: false, end: { at: 1, reason: 'revoked' } } as SessionState;
    expect(await ask(createCheck(ended).check)).toEqual({
      status: 401,
      body: { active: false, endsAt: 1, reason: 'revoked' },
    });
  });

  it('answers 401 without a session, and under a name that leads nowhere or elsewhere', async () => {
    const body = { active: false, endsAt: null, reason: null };
    expect(await ask(createCheck(undefined).check)).toEqual({ status: 401, body });
    const { check } = createCheck(active, { retired: true });
    expect(await ask(check)).toEqual({ status: 401, body });
  });

  it('is activity as a navigation, and none as a background request', async () => {
    const { check, calls } = createCheck(active);
    await ask(check, { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' });
    await ask(check);
    expect(calls.record).toBe(0);
    await ask(check, { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' });
    expect(calls.record).toBe(1);
  });

  it('looks an organization up once in a while, and unknown names every time', async () => {
    const known = createCheck(active);
    await ask(known.check);
    await ask(known.check);
    expect(known.calls.find).toBe(1);
    known.advance(5_000);
    await ask(known.check);
    expect(known.calls.find).toBe(2);

    const unknown = createCheck(active, { retired: true });
    await ask(unknown.check);
    await ask(unknown.check);
    expect(unknown.calls.find).toBe(2);
  });
});
