/**
 * Writes down the steps of one sign-in while it happens. What providers fetch is noted by itself: a provider is kept for
 * all sign-ins by its connection and knows none of them, so the sign-in that a request is made for travels in an
 * AsyncLocalStorage. Of requests that several sign-ins wait for together, the first one's trace has them.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ProviderError } from '../../../providers/errors.ts';
import type { UpstreamFetch, UpstreamRequest } from '../../../providers/provider.ts';
import type { Clock } from '../../core/clock.ts';
import { failureFields, type TraceCode, type TraceStep, tracePath, traceText } from './trace.ts';

/** More than any sign-in has; Graph's pages of groups are twenty. */
const mostSteps = 60;

type FieldsOf<Name extends TraceStep['step']> = Omit<Extract<TraceStep, { step: Name }>, 'step' | 'at'>;

export interface Recorder {
  readonly steps: readonly TraceStep[];
  note<Name extends TraceStep['step']>(step: Name, fields: FieldsOf<Name>): void;
  /** The exact reason; nothing of its cause. */
  noteFailure(error: unknown): TraceCode;
  /** What is fetched in `work` is noted. */
  watch<Result>(work: () => Promise<Result>): Promise<Result>;
}

const watching = new AsyncLocalStorage<Recorder>();

/** `steps`: what an attempt has brought along. */
export function createRecorder(clock: Clock, startedAt: number, steps: readonly TraceStep[] = []): Recorder {
  const noted = [...steps];
  const recorder: Recorder = {
    steps: noted,
    note(step, fields) {
      if (noted.length < mostSteps) noted.push({ step, at: clock.now() - startedAt, ...fields } as TraceStep);
    },
    noteFailure(error) {
      if (!(error instanceof ProviderError)) {
        recorder.note('failed', { code: 'unexpected' });
        return 'unexpected';
      }
      const said: Partial<Record<(typeof failureFields)[number], string>> = {};
      for (const field of failureFields) {
        const text = error.detail[field];
        if (text !== undefined) said[field] = traceText(text);
      }
      recorder.note('failed', { code: error.code, ...said });
      return error.code;
    },
    watch: (work) => watching.run(recorder, work),
  };
  return recorder;
}

/** `fetch` as providers get it. */
export function recordRequests(fetch: UpstreamFetch, clock: Clock): UpstreamFetch {
  return async (url, init) => {
    const recorder = watching.getStore();
    if (recorder === undefined) return fetch(url, init);
    const from = clock.now();
    const ended = () => ({ ...placeOf(url, init), ms: clock.now() - from });
    try {
      const response = await fetch(url, init);
      recorder.note('request', { ...ended(), status: response.status });
      return response;
    } catch (error) {
      recorder.note('request', { ...ended(), error: error instanceof ProviderError ? error.code : 'unexpected' });
      throw error;
    }
  };
}

function placeOf(url: string, init: UpstreamRequest | undefined): { method: string; host: string; path: string } {
  const method = init?.method ?? 'GET';
  if (!URL.canParse(url)) return { method, host: '', path: '' };
  const { host, pathname } = new URL(url);
  return { method, host: traceText(host), path: tracePath(pathname) };
}
