/**
 * Reads metadata documents from strangers without holding up anybody's sign-in (SECURITY CON-11): what is not small is
 * read in a thread with a limit of memory and of time, two at once.
 *
 * Owns: the threads. Does not own: what a document means (`metadata/`), where it comes from and where it goes.
 */
import { Worker } from 'node:worker_threads';
import type { IdpMetadata } from '../../../metadata/idp-metadata.ts';
import { answerMetadataQuestion } from './answer-metadata-question.ts';
import type { MetadataAnswer, MetadataProblem, MetadataQuestion, ReadDocument } from './metadata-answers.ts';

/** Bytes. Reading this much takes less time than starting a thread; the metadata of one provider is seldom larger. */
const small = 64 * 1024;
/** Milliseconds. Ten times what the largest document takes. */
const deadline = 15_000;
/** A document of 10 MiB takes half of it. */
const memoryMb = 128;
const atOnce = 2;

export interface MetadataReader {
  /** Every identity provider of the document. Throws `MetadataRefused`. */
  readAll(document: Uint8Array): Promise<ReadDocument>;
  /** The one with this entity ID, or else the only one. Throws `MetadataRefused`. */
  readOne(document: Uint8Array, entityId: string): Promise<IdpMetadata>;
}

/** The document cannot be used: told to whoever gave it. */
export class MetadataRefused extends Error {
  readonly problem: MetadataProblem;
  constructor(problem: MetadataProblem) {
    super(problem.message);
    this.name = 'MetadataRefused';
    this.problem = problem;
  }
}

export function createMetadataReader(): MetadataReader {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  }

  async function ask(question: MetadataQuestion): Promise<MetadataAnswer> {
    const answer =
      question.document.length <= small ? answerMetadataQuestion(question) : await inTurn(() => askThread(question));
    if (answer.want === 'none') throw new MetadataRefused(answer.problem);
    return answer;
  }

  return {
    async readAll(document) {
      const answer = await ask({ want: 'all', document });
      return (answer as Extract<MetadataAnswer, { want: 'all' }>).read;
    },
    async readOne(document, entityId) {
      const answer = await ask({ want: 'one', document, entityId });
      return (answer as Extract<MetadataAnswer, { want: 'one' }>).metadata;
    },
  };
}

function askThread(question: MetadataQuestion): Promise<MetadataAnswer> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./metadata-reader-thread.ts', import.meta.url), {
      workerData: question,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 8 },
    });
    const tooMuch = (): void =>
      resolve({
        want: 'none',
        problem: { code: 'structure_too_big', message: 'Reading the document takes too much time or memory.' },
      });
    const timer = setTimeout(() => {
      tooMuch();
      void thread.terminate();
    }, deadline);
    thread.once('message', resolve);
    thread.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') tooMuch();
      else reject(error);
    });
    thread.once('exit', () => {
      clearTimeout(timer);
      reject(new Error('the thread that reads metadata has ended without an answer'));
    });
  });
}
