/**
 * `/development/mails`: what would have been mailed, on a developer's machine without a mail server
 * (`config/development.ts`). Not registered anywhere else: it shows links and codes to whoever looks.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Router } from 'express';
import { AppError } from '../core/errors.ts';
import type { Responder } from '../http/respond.ts';
import type { Mail } from '../mail/senders.ts';
import { developmentMailPage, developmentMailsPage } from './views/development-mails-pages.ts';

export function createDevelopmentMails(options: { folder: string; responder: Responder }): Router {
  const { folder, responder } = options;
  const router = Router();

  router.get('/development/mails', async (request, response) => {
    const names = (await readdir(folder).catch(() => [] as string[])).filter((name) => name.endsWith('.json'));
    const latest = names
      .filter((name) => /^\d/.test(name))
      .sort()
      .reverse()
      .slice(0, 50);
    const mails = await Promise.all(
      latest.map(async (name) => ({ ...(await read(name)), href: `${request.baseUrl}mails/${name.slice(0, -5)}` })),
    );
    responder.send(request, response, (page) => developmentMailsPage(page, { mails }));
  });

  router.get('/development/mails/:name', async (request, response) => {
    const { name } = request.params;
    if (!/^[\w.-]+$/.test(name) || name.startsWith('.')) throw new AppError('not_found');
    const mail = await read(`${name}.json`);
    responder.send(request, response, (page) => developmentMailPage(page, { ...mail, backHref: '../mails' }));
  });

  async function read(name: string): Promise<Mail> {
    try {
      return JSON.parse(await readFile(join(folder, name), 'utf8'));
    } catch (cause) {
      throw new AppError('not_found', { cause });
    }
  }

  return router;
}
