/** `organization recover`: break-glass, when nobody of an organization can get in any more. */
import { answerOfInvitation } from './administrator.ts';
import type { Command } from './command.ts';
import { askToConfirm, confirmOption, readReason } from './confirmation.ts';
import { RefusedError } from './refused-error.ts';

const recover: Command = {
  name: 'organization recover',
  summary: 'Give somebody full access to an organization that has locked itself out',
  notes:
    'Make sure first who is asking, by the contract with the organization, not by what the caller says. All its\nadministrators are told. Who has full access and lost password or device: identity reset-mfa, or the link\n"Forgot your password?" of the sign-in page.',
  options: {
    organization: { value: 'ID', help: 'Customer id or OrgID', required: true },
    admin: { value: 'EMAIL', help: 'Who gets full access', required: true },
    ...confirmOption,
  },
  async run(values, io) {
    const reason = readReason(values);
    const { recovery, administrators, requireOrganization, clock, config, sites } = await io.open();
    const organization = await requireOrganization(values.required('organization'));
    const email = values.required('admin').trim();
    const plan = await recovery.plan(organization.id, email);
    if (plan.kind === 'has_access')
      throw new RefusedError(
        `${email} has full access already. Lost the device? identity reset-mfa --identity ${email}`,
      );
    const active = (await administrators.list(organization.id)).filter(({ state }) => state === 'active');
    const full = active.filter(({ access }) => access.access === 'full').map(({ displayName }) => displayName);
    const told = active.filter((each) => each.email !== null).length;
    const would = [
      plan.kind === 'raise'
        ? `${email}, who administers ${organization.name} with custom access, gets full access`
        : `${email} gets a link, valid for 5 days, that gives full access to ${organization.name} (${organization.orgId})`,
      ...(plan.kind === 'invite' && plan.replaces ? ['An earlier invitation to this email is withdrawn'] : []),
      full.length > 0
        ? `It has full access now: ${full.join(', ')}; nothing is taken from them`
        : 'Nobody has full access now',
      `${told === 1 ? '1 administrator is' : `${told} administrators are`} told by mail; the system log says so too`,
    ];
    const facts = [
      organization.id,
      email,
      JSON.stringify(plan),
      ...active.map(({ id, version }) => `${id} ${version}`),
    ];
    const asked = askToConfirm(values, { command: recover.name, reason, facts, would }, clock.now());
    if (asked) return asked;
    const invited = await recovery.recover(organization, email, reason);
    if (!invited) return { json: { done: true }, text: `${email} has full access to ${organization.name}` };
    return answerOfInvitation(`${email} gets full access to ${organization.name} by this link`, invited, {
      config,
      sites,
    });
  },
};

export const organizationRecoverCommands: readonly Command[] = [recover];
