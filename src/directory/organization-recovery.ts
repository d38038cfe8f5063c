/**
 * Break-glass: full access for somebody of an organization that has locked itself out (SECURITY CON-07, CON-20). Everybody
 * who administers it is told, before anything is given. Called by `cli/` alone.
 */
import type { Clock } from '../core/clock.ts';
import { normalizeEmail } from '../core/email-address.ts';
import type { Database } from '../database/schema.ts';
import type { TellPerson } from '../mail/tell-person.ts';
import type { SystemLog } from '../system-log/system-log.ts';
import type { Administrator } from './administrator-rows.ts';
import type { Administrators } from './administrators.ts';
import { entryOf, operator } from './authority.ts';
import { DirectoryError } from './errors.ts';
import type { Invitations, Invited } from './invitations.ts';

/** What recovering with this email comes to. */
export type RecoveryPlan =
  /** Has full access: what is lost is the password or a factor, which has ways of its own. */
  | { kind: 'has_access'; administrator: Administrator }
  | { kind: 'raise'; administrator: Administrator }
  /** `replaces`: an invitation that is open or has expired. */
  | { kind: 'invite'; replaces: Administrator | null };

export type OrganizationRecovery = ReturnType<typeof createOrganizationRecovery>;

export function createOrganizationRecovery(needs: {
  db: Database;
  clock: Clock;
  systemLog: Pick<SystemLog, 'record'>;
  tellPerson: TellPerson;
  administrators: Administrators;
  invitations: Invitations;
}) {
  const { db, systemLog, tellPerson, administrators, invitations } = needs;

  async function plan(organizationId: string, email: string): Promise<RecoveryPlan> {
    const normalized = normalizeEmail(email);
    if (normalized === undefined) throw new DirectoryError('email_invalid', `"${email}" is no email address`);
    const all = await administrators.list(organizationId);
    const found = all.find(
      (each) => each.kind === 'identity' && each.email !== null && normalizeEmail(each.email) === normalized,
    );
    if (found === undefined || found.state === 'invited') return { kind: 'invite', replaces: found ?? null };
    return { kind: found.access.access === 'full' ? 'has_access' : 'raise', administrator: found };
  }

  /**
   * Undefined: an administrator that was there has full access now. Otherwise the link that gives it, which was mailed too.
   * Throws `already_administrator` when there is nothing to give.
   */
  async function recover(
    organization: { id: string; name: string },
    email: string,
    reason: string,
  ): Promise<Invited | undefined> {
    const step = await plan(organization.id, email);
    if (step.kind === 'has_access')
      throw new DirectoryError('already_administrator', `${email} has full access already`);
    // Alarm first: should the rest fail, too much has been said and not too little.
    await alarm(organization, email, reason);
    if (step.kind === 'raise') {
      const { id, version } = step.administrator;
      await administrators.changeAccess(organization.id, id, { access: { access: 'full' }, version }, operator);
      return undefined;
    }
    if (step.replaces) await administrators.remove(organization.id, step.replaces.id, operator);
    return invitations.invite({ organizationId: organization.id, email, access: { access: 'full' } }, operator);
  }

  async function alarm({ id, name }: { id: string; name: string }, email: string, reason: string): Promise<void> {
    const active = (await administrators.list(id)).filter(({ state }) => state === 'active');
    await db.transaction().execute(async (trx) => {
      const target = { type: 'organization', id, name } as const;
      const entry = { event: 'platform/organization/recover', organizationId: id, target } as const;
      await systemLog.record(entryOf(operator, { ...entry, detail: { reason, email } }), trx);
      for (const { email: to } of active) {
        const told = { kind: 'organization_recovered', organization: name, thing: email, act: {} } as const;
        if (to !== null) await tellPerson({ ...told, email: to }, trx);
      }
    });
  }

  return { plan, recover };
}
