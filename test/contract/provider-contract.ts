/**
 * What every provider keeps to, whoever stands behind it. A provider's own test says how to set one up; this asserts the
 * rest. Called by `okta.test.ts` and its siblings.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ZodType } from 'zod';
import { ProviderError, type ProviderErrorCode } from '../../providers/errors.ts';
import {
  attributeRoles,
  type BeginRequest,
  type BeginResult,
  type Callback,
  type ProviderDefinition,
  type RedirectProvider,
  type UpstreamIdentity,
} from '../../providers/provider.ts';

export interface ProviderSetup {
  // biome-ignore lint/suspicious/noExplicitAny: the suite takes every provider
  definition: ProviderDefinition<any>;
  provider: RedirectProvider;
  /** Goes where `send` says, as the browser of the first person, and comes back with the callback. */
  browse(send: BeginResult['send'], browser: TestBrowser): Promise<Callback>;
  callbackUrl: string;
  /** What the first person's identity must look like. */
  expected: { subject: string; raw: UpstreamIdentity['raw'] };
  /** Makes the next answer a refusal. */
  denyNext(): void;
  /** Makes the next answer one of an old authentication; absent where the upstream does not say when it asked. */
  reuseOldAuthentication?(): void;
  close(): Promise<void>;
}
/** Cookies of one browser at the upstream. */
interface TestBrowser {
  cookies: Map<string, string>;
}

export function describeProvider(name: string, setup: () => Promise<ProviderSetup>): void {
  describe(`provider contract: ${name}`, () => {
    let it_: ProviderSetup;
    beforeAll(async () => {
      it_ = await setup();
    });
    afterAll(() => it_?.close());

    async function signIn(request: Partial<BeginRequest> = {}, browser: TestBrowser = { cookies: new Map() }) {
      const begun = await it_.provider.begin({
        handle: 'handle-1.abc',
        callbackUrl: it_.callbackUrl,
        forceAuthentication: false,
        ...request,
      });
      const callback = await it_.browse(begun.send, browser);
      return it_.provider.complete(callback, structuredClone(begun.remember));
    }

    it('brings back the subject and the attributes as the upstream asserted them', async () => {
      const identity = await signIn();
      expect(identity.subject).toBe(it_.expected.subject);
      expect(identity.raw).toEqual(it_.expected.raw);
      expect(Array.isArray(identity.methods)).toBe(true);
    });

    it('gives the same subject at every sign-in, and it is neither email nor user principal name', async () => {
      const first = await signIn();
      const second = await signIn();
      expect(second.subject).toBe(first.subject);
      for (const role of ['email', 'upn'] as const) {
        expect(first.raw[role]?.values.map(String)).not.toContain(first.subject);
      }
    });

    it('returns no attribute outside the list of the connection', async () => {
      const { raw } = await signIn();
      for (const role of Object.keys(raw)) expect(attributeRoles).toContain(role);
    });

    it('carries the handle to the upstream and back', async () => {
      const begun = await it_.provider.begin({
        handle: 'a-handle.of~ours'.replace('~', '_'),
        callbackUrl: it_.callbackUrl,
        forceAuthentication: false,
      });
      const { parameters } = await it_.browse(begun.send, { cookies: new Map() });
      expect(parameters.state ?? parameters.RelayState).toBe('a-handle.of_ours');
    });

    it('remembers only what can be stored as JSON', async () => {
      const { remember } = await it_.provider.begin({
        handle: 'h',
        callbackUrl: it_.callbackUrl,
        forceAuthentication: true,
      });
      expect(JSON.parse(JSON.stringify(remember))).toEqual(remember);
    });

    it('reports a refusal of the upstream as upstream_denied', async () => {
      it_.denyNext();
      expect(await codeOf(signIn())).toBe('upstream_denied');
    });

    it('asks the person again when told to, although the upstream has a session', async () => {
      const browser: TestBrowser = { cookies: new Map() };
      await signIn({}, browser);
      const again = await signIn({ forceAuthentication: true }, browser);
      expect(again.subject).toBe(it_.expected.subject);
    });

    it('refuses an old authentication where the person had to be asked again', async (context) => {
      if (it_.reuseOldAuthentication === undefined) return context.skip('this upstream does not say when it asked');
      it_.reuseOldAuthentication();
      expect(await codeOf(signIn({ forceAuthentication: true }))).toBe('reauthentication_missing');
    });

    it('refuses an answer that belongs to another attempt', async () => {
      const request = { callbackUrl: it_.callbackUrl, forceAuthentication: false };
      const mine = await it_.provider.begin({ ...request, handle: 'mine' });
      const theirs = await it_.provider.begin({ ...request, handle: 'theirs' });
      const callback = await it_.browse(theirs.send, { cookies: new Map() });
      await expect(it_.provider.complete(callback, mine.remember)).rejects.toBeInstanceOf(ProviderError);
    });

    it('describes every setting, and says which are secret', () => {
      const { definition } = it_;
      const described = definition.descriptions.map((description) => description.key);
      const keys = keysOf(definition.schema);
      expect(keys.length).toBeGreaterThan(0);
      expect([...described].sort()).toEqual([...keys].sort());
      for (const description of definition.descriptions) {
        for (const text of [description.label, description.help]) {
          expect(text.en, description.key).not.toBe('');
          expect(text.ja, description.key).not.toBe('');
        }
        const soundsSecret = /(Secret|Token|Password|PrivateKey)$/i.test(description.key);
        expect(description.secret === true, description.key).toBe(soundsSecret);
      }
    });

    it('refuses an unknown setting and reports every problem at once', () => {
      const parsed = it_.definition.schema.safeParse({ surprise: 1, attributes: { sid: 7, other: 'x' } });
      expect(parsed.success).toBe(false);
      const paths = (parsed.error?.issues ?? []).map((issue) => issue.path.join('.'));
      expect(paths.length).toBeGreaterThan(2);
      expect(parsed.error?.issues.some((issue) => issue.code === 'unrecognized_keys')).toBe(true);
      expect(paths).toContain('attributes.sid');
    });
  });
}

/** The code of the `ProviderError` that this rejects with; undefined when it does not reject. */
async function codeOf(promise: Promise<unknown>): Promise<ProviderErrorCode | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof ProviderError) return error.code;
    throw error;
  }
}

/** Key paths of a strict zod object, nested ones with a dot. */
function keysOf(schema: ZodType, prefix = ''): string[] {
  const object = objectOf(schema);
  if (object === undefined) return [prefix.slice(0, -1)];
  return Object.entries(object).flatMap(([key, inner]) => keysOf(inner, `${prefix}${key}.`));
}

/** Looks through default, optional, pipe and the like for an object's shape. */
function objectOf(schema: ZodType): Record<string, ZodType> | undefined {
  const { def } = schema as unknown as {
    def: { type: string; shape?: Record<string, ZodType>; innerType?: ZodType; in?: ZodType };
  };
  if (def.type === 'object') return def.shape;
  const inner = def.innerType ?? def.in;
  return inner === undefined ? undefined : objectOf(inner);
}
