/**
 * `apply`: does what a plan says, by the same functions as console and API, so that the same rules hold and the same
 * entries are in the log. Each step is a change of its own; what failed half-way is found by the next plan.
 */
import type { ChangeSettings } from '../change-settings.ts';
import type { Connection, Connections } from '../connections/connections.ts';
import type { ChangeDetails } from '../connections/details.ts';
import type { Disconnecting } from '../connections/disconnecting.ts';
import type { ConnectionDrafts } from '../connections/drafts.ts';
import { operatorEditor } from '../connections/editor.ts';
import type { Organization, Organizations } from '../organizations.ts';
import type { ConnectionStep, Plan, Wanted } from './plan.ts';

export interface Applied {
  /** Connections whose draft waits for Test and Finish. */
  waiting: string[];
  /** The method was left, because its connection is not live. */
  methodWaits: boolean;
}

export interface ApplyNeeds {
  organizations: Pick<Organizations, 'find' | 'changeWorkspaceName' | 'setSubscriberConnection'>;
  connections: Pick<Connections, 'list' | 'find'>;
  drafts: Pick<ConnectionDrafts, 'begin' | 'open' | 'save' | 'makeLive'>;
  changeDetails: ChangeDetails;
  disconnecting: Pick<Disconnecting, 'disconnect'>;
  changeSettings: ChangeSettings;
  /** An entry of the operator's. */
  record(entry: {
    event: 'wxp/url/update' | 'wxp/identityprovider/update';
    organizationId: string;
    target: { type: 'organization' | 'connection'; id: string | null; name: string | null };
    detail?: Readonly<Record<string, string | null>>;
  }): Promise<void>;
}

/**
 * `untested`: the operator's override (IDP-4): what is to be live goes live without a test, and the log says so. Throws
 * what the domain throws.
 */
export async function applyPlan(needs: ApplyNeeds, plan: Plan, { untested = false } = {}): Promise<Applied> {
  const { organizations, connections, changeSettings, record } = needs;
  const { organization } = plan;
  const waiting: string[] = [];
  for (const step of plan.steps) {
    // What the workspace signs in with may be disconnected only after another is chosen.
    if (step.act === 'disconnect') continue;
    const isWaiting = await applyStep(needs, organization, step, untested);
    if (isWaiting) waiting.push(step.wanted.head.name);
  }
  const methodWaits = await applyMethod();
  for (const step of plan.steps) if (step.act === 'disconnect') await disconnect(step.connection);
  if (plan.settings.changes.length > 0) {
    const now = await organizations.find(organization.id);
    await changeSettings({ actor: { type: 'system' } }, organization.id, plan.settings.change, now!.version);
  }
  if (plan.workspaceName !== undefined) {
    const after = await organizations.changeWorkspaceName(organization.id, plan.workspaceName);
    await record({
      event: 'wxp/url/update',
      organizationId: organization.id,
      target: { type: 'organization', id: organization.id, name: organization.name },
      detail: { before: organization.workspaceName, after: after.workspaceName },
    });
  }
  return { waiting, methodWaits };

  /** True: it has to wait until its connection is live. */
  async function applyMethod(): Promise<boolean> {
    if (plan.method === undefined) return false;
    const { to } = plan.method;
    const chosen = (await connections.list(organization.id)).find(({ name }) => name === to);
    if (chosen && chosen.state !== 'live') return true;
    await organizations.setSubscriberConnection(organization.id, chosen?.id ?? null);
    await record({
      event: 'wxp/identityprovider/update',
      organizationId: organization.id,
      target: { type: 'connection', id: chosen?.id ?? null, name: to },
    });
    return false;
  }

  async function disconnect({ id }: Connection): Promise<void> {
    const now = await connections.find(id);
    if (now?.state === 'live') await needs.disconnecting.disconnect(operatorEditor, id, now.version);
  }
}

/** True: its draft waits for a test. */
async function applyStep(
  { connections, drafts, changeDetails }: ApplyNeeds,
  organization: Organization,
  step: Exclude<ConnectionStep, { act: 'disconnect' }>,
  untested: boolean,
): Promise<boolean> {
  if (step.act === 'create') {
    const { head, settings, secrets } = step.wanted;
    const { connection, draft } = await drafts.begin(operatorEditor, organization.id, head, { settings, secrets });
    return finish(step.wanted, connection.id, draft.revision);
  }
  const { connection, wanted } = step;
  if (step.act === 'change-use') {
    const now = await connections.find(connection.id);
    const { name, subscribers, administrators, identifier } = wanted.head;
    const details = { name, subscribers, administrators, ...(identifier !== undefined && { identifier }) };
    await changeDetails(operatorEditor, connection.id, details, now!.detailsVersion);
    return false;
  }
  if (step.act === 'wait') return finish(wanted, connection.id, step.draft.revision);
  const open = await drafts.open(operatorEditor, connection.id);
  const { settings, secrets } = wanted;
  const { draft } = await drafts.save(operatorEditor, connection.id, open.revision, { settings, secrets });
  return finish(wanted, connection.id, draft.revision);

  async function finish({ state }: Wanted, id: string, revision: number): Promise<boolean> {
    if (state !== 'live') return false;
    if (!untested) return true;
    await drafts.makeLive(operatorEditor, id, revision, { untested: 'file' });
    return false;
  }
}
