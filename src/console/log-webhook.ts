/** The organization's webhook for its system log (SPEC LOG-3, SECURITY CON-16): full access only. */
import { AppError } from '../core/errors.ts';
import type { Csrf } from '../http/csrf.ts';
import { type Webhooks, WebhookUrlError } from '../system-log/webhooks.ts';
import { actOf, finish } from './acts.ts';
import type { Show } from './frame.ts';
import type { ConsoleRoute } from './rules.ts';
import { type LogWebhookPage, logWebhookPage } from './views/log-webhook-page.ts';
import type { Handler, Visit } from './visit.ts';

export interface LogWebhookOptions {
  webhooks: Pick<Webhooks, 'find' | 'save' | 'renewSecret' | 'enable' | 'remove' | 'test'>;
  csrf: Csrf;
  show: Show;
}

const path = '/system-log/webhook';

type Told = Pick<LogWebhookPage, 'url' | 'problem' | 'secret' | 'testFailure'>;

export function logWebhookRoutes({ webhooks, csrf, show }: LogWebhookOptions) {
  /** A test reaches out: one at a time for each organization (CON-19). */
  const testing = new Set<string>();

  async function showPage(visit: Visit, told: Told = {}, status = 200): Promise<void> {
    const webhook = await webhooks.find(visit.organization.id);
    const url = (name: string) => visit.url(`${path}${name}`);
    const model: LogWebhookPage = {
      ...told,
      ...(webhook && { webhook }),
      csrf: csrf.tokenFor(visit.state.session.uid),
      logHref: visit.url('/system-log'),
      actions: {
        save: url(''),
        secret: url('/secret'),
        test: url('/test'),
        enable: url('/enable'),
        delete: url('/delete'),
      },
    };
    show(visit, (context, frame) => logWebhookPage(context, frame, model), { status });
  }

  const save: Handler = async (visit) => {
    const url = (visit.form.url ?? '').trim();
    try {
      const secret = await webhooks.save(visit.organization.id, url, actOf(visit));
      // A secret is in this answer and in no address, so it cannot be the target of a redirect.
      if (secret !== undefined) await showPage(visit, { secret });
      else finish(visit, path, 'saved');
    } catch (error) {
      if (!(error instanceof WebhookUrlError)) throw error;
      await showPage(visit, { url, problem: error.problem }, 422);
    }
  };

  const renewSecret: Handler = async (visit) => {
    const secret = await webhooks.renewSecret(visit.organization.id, actOf(visit));
    if (secret === undefined) finish(visit, path, 'unchanged');
    else await showPage(visit, { secret });
  };

  const test: Handler = async (visit) => {
    const { id } = visit.organization;
    if (testing.has(id)) throw new AppError('too_many_requests', { detail: { retryAfter: 10_000 } });
    testing.add(id);
    try {
      const failure = await webhooks.test(id);
      if (failure) await showPage(visit, { testFailure: failure });
      else finish(visit, path, 'webhook_taken');
    } finally {
      testing.delete(id);
    }
  };

  const enable: Handler = async (visit) => {
    const is = await webhooks.enable(visit.organization.id, actOf(visit));
    finish(visit, path, is ? 'webhook_enabled' : 'unchanged');
  };

  const remove: Handler = async (visit) => {
    const was = await webhooks.remove(visit.organization.id, actOf(visit));
    finish(visit, path, was ? 'webhook_deleted' : 'unchanged');
  };

  return {
    'GET /system-log/webhook': (visit) => showPage(visit),
    'POST /system-log/webhook': save,
    'POST /system-log/webhook/secret': renewSecret,
    'POST /system-log/webhook/test': test,
    'POST /system-log/webhook/enable': enable,
    'POST /system-log/webhook/delete': remove,
  } satisfies Partial<Record<ConsoleRoute, Handler>>;
}
