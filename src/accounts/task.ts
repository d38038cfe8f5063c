/** What the page of a task of the built-in identity's sign-in is. */
import type { Request, Response } from 'express';
import type { CitrixProgress } from '../signin/citrix-progress.ts';
import type { AccountsContext } from './context.ts';
import type { Waiting } from './waiting.ts';

/** Shows a task's page. Its form posts to `/signin/<uid>/<task>`, and that route leads back to the dispatcher. */
export type ShowTask = (
  context: AccountsContext,
  request: Request,
  response: Response,
  waiting: Waiting,
  progress: CitrixProgress,
) => void | Promise<void>;
