/** How long people of this organization stay signed in (SPEC SES-2, SES-4, SES-5): everybody may look, full access changes. */
import type { ChangeSettings } from '../directory/change-settings.ts';
import { DirectoryError } from '../directory/errors.ts';
import type { OrganizationSettings } from '../directory/organizations.ts';
import { isAllowed } from '../directory/permissions.ts';
import type { Csrf } from '../http/csrf.ts';
import type { Form } from '../http/forms.ts';
import type { Responder } from '../http/respond.ts';
import { errorPage } from '../http/views/error-pages.ts';
import { actOf, finish } from './acts.ts';
import type { Show } from './frame.ts';
import { type ConsoleRoute, consoleRules } from './rules.ts';
import {
  type SessionSettingField,
  type SessionSettingsPage,
  sessionSettingBounds,
  sessionSettingsPage,
} from './views/session-settings-page.ts';
import type { Handler, Visit } from './visit.ts';

export interface SessionSettingsOptions {
  changeSettings: ChangeSettings;
  responder: Responder;
  csrf: Csrf;
  show: Show;
}

const path = '/session-settings';
/** SES-2: offered when the limit is switched on. */
const offeredMinutes = 60;

type Shown = Omit<SessionSettingsPage, 'save'>;

export function sessionSettingsRoutes(options: SessionSettingsOptions) {
  const { changeSettings, responder, csrf, show } = options;

  const showSettings: Handler = async (visit) => {
    const { organization, access } = visit;
    const mayChange = isAllowed(access, consoleRules['POST /session-settings']);
    const model: SessionSettingsPage = {
      ...shownOf(organization.settings),
      ...(mayChange && { save: saveOf(visit, organization.version) }),
    };
    show(visit, (context, frame) => sessionSettingsPage(context, frame, model));
  };

  const change: Handler = async (visit) => {
    const { organization, form } = visit;
    const version = /^\d{1,9}$/.test(form.version ?? '') ? Number(form.version) : -1;
    const read = readSettingsForm(form);
    if ('errors' in read) {
      const model = { ...read, save: saveOf(visit, version) };
      return show(visit, (context, frame) => sessionSettingsPage(context, frame, model), { status: 422 });
    }
    // Somebody else's change is not undone by a form that was opened before it (CON-13).
    try {
      const { changed } = await changeSettings(actOf(visit), organization.id, read.settings, version);
      finish(visit, path, changed ? 'saved' : 'unchanged');
    } catch (error) {
      if (error instanceof DirectoryError && error.code === 'version_conflict') return sayConflict(visit);
      throw error;
    }
  };

  function sayConflict(visit: Visit): void {
    const wayOn = { to: 'tryAgain', href: visit.url(path) } as const;
    const { name } = visit.organization;
    responder.send(
      visit.request,
      visit.response,
      (context) => errorPage(context, { kind: 'conflict', organization: name, wayOn }),
      { status: 409 },
    );
  }

  const saveOf = (visit: Visit, version: number): NonNullable<SessionSettingsPage['save']> => ({
    action: visit.url(path),
    csrf: csrf.tokenFor(visit.state.session.uid),
    version,
  });

  return { 'GET /session-settings': showSettings, 'POST /session-settings': change } satisfies Partial<
    Record<ConsoleRoute, Handler>
  >;
}

function shownOf(settings: OrganizationSettings): Shown {
  return {
    administratorInactivity: settings.administratorInactivityMinutes !== null,
    subscriberInactivity: settings.subscriberInactivityMinutes !== null,
    alwaysPrompt: settings.alwaysPrompt,
    numbers: {
      administratorInactivityMinutes: settings.administratorInactivityMinutes ?? offeredMinutes,
      subscriberWebHours: settings.subscriberWebHours,
      subscriberInactivityMinutes: settings.subscriberInactivityMinutes ?? offeredMinutes,
      nativeReauthenticationDays: settings.nativeReauthenticationDays,
    },
  };
}

const fields = Object.keys(sessionSettingBounds) as SessionSettingField[];

/** The settings that a form asks for, or the form as it was typed with what is wrong. A limit that is off needs no number. */
export function readSettingsForm(
  form: Form,
): { settings: OrganizationSettings } | (Shown & { errors: readonly SessionSettingField[] }) {
  const isOn = (name: string): boolean => form[name] === 'on';
  const administratorInactivity = isOn('administratorInactivity');
  const subscriberInactivity = isOn('subscriberInactivity');
  const ignored: readonly (SessionSettingField | false)[] = [
    !administratorInactivity && 'administratorInactivityMinutes',
    !subscriberInactivity && 'subscriberInactivityMinutes',
  ];
  const typed = Object.fromEntries(fields.map((name) => [name, (form[name] ?? '').slice(0, 20)])) as Record<
    SessionSettingField,
    string
  >;
  const read = (name: SessionSettingField): number => readWholeNumber(typed[name], sessionSettingBounds[name]);
  const errors = fields.filter((name) => !ignored.includes(name) && Number.isNaN(read(name)));
  const alwaysPrompt = isOn('alwaysPrompt');
  if (errors.length > 0) return { administratorInactivity, subscriberInactivity, alwaysPrompt, numbers: typed, errors };
  return {
    settings: {
      administratorInactivityMinutes: administratorInactivity ? read('administratorInactivityMinutes') : null,
      subscriberWebHours: read('subscriberWebHours'),
      subscriberInactivityMinutes: subscriberInactivity ? read('subscriberInactivityMinutes') : null,
      nativeReauthenticationDays: read('nativeReauthenticationDays'),
      alwaysPrompt,
    },
  };
}

/** NaN when it is none, or out of bounds. Full-width digits, as a Japanese keyboard types them, are digits (NFKC). */
function readWholeNumber(typed: string, { min, max }: { min: number; max: number }): number {
  const text = typed.normalize('NFKC').trim();
  if (!/^\d{1,6}$/.test(text)) return Number.NaN;
  const value = Number(text);
  return value >= min && value <= max ? value : Number.NaN;
}
