/** What the directory refuses of a change to a connection: what a person can do something about, and what goes on as an error. */
import { AppError } from '../../core/errors.ts';
import { DirectoryError } from '../../directory/errors.ts';

/** Throws what is no refusal; `forbidden` when their own access was changed in this moment; `not_found`. */
export function refusalOf(error: unknown): DirectoryError {
  if (!(error instanceof DirectoryError)) throw error;
  if (error.code === 'not_permitted') throw new AppError('forbidden', { cause: error });
  if (error.code === 'not_found') throw new AppError('not_found', { cause: error });
  return error;
}

/** -1 is nobody's version. */
export function readVersion(text: string | undefined): number {
  return /^\d{1,9}$/.test(text ?? '') ? Number(text) : -1;
}
