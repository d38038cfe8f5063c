/** A thread that reads one metadata document and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { answerMetadataQuestion } from './answer-metadata-question.ts';
import type { MetadataQuestion } from './metadata-answers.ts';

parentPort?.postMessage(answerMetadataQuestion(workerData as MetadataQuestion));
