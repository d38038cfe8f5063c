/** A plan in words and signs, for a terminal or a pull request. No secrets are in it. Pure. */
import type { SettingChange } from '../connections/setting-paths.ts';
import { type ConnectionStep, isEmpty, type Plan } from './plan.ts';

/** `+` comes, `~` changes, `-` goes, `!` is worth a look. */
export function describePlan(plan: Plan): string {
  const lines: string[] = [];
  const organizationLines = [
    ...plan.settings.changes.map((change) => changeLine(change, 'settings.')),
    ...(plan.workspaceName === undefined
      ? []
      : [`  ~ workspaceName: ${plan.organization.workspaceName} → ${plan.workspaceName}`]),
    ...(plan.method === undefined
      ? []
      : [`  ~ method: ${plan.method.from ?? '(none)'} → ${plan.method.to ?? '(none)'}`]),
  ];
  if (organizationLines.length > 0) lines.push(`Organization ${plan.organization.customerId}`, ...organizationLines);
  for (const step of plan.steps) lines.push(...stepLines(step));
  for (const { name, state } of plan.leftAlone)
    lines.push(`Connection "${printable(name)}"`, `  ! ${state}, not in the file: left as it is`);
  for (const key of plan.keptSecrets) lines.push(`  ! ${printable(key)}: no value given, what is stored stays`);
  lines.push(isEmpty(plan) ? 'No changes.' : `${countOf(plan)} to apply.`);
  return lines.join('\n');
}

function stepLines(step: ConnectionStep): string[] {
  const name = step.act === 'create' ? step.wanted.head.name : step.connection.name;
  const head = `Connection "${printable(name)}"`;
  if (step.act === 'create') {
    const { kind, subscribers, administrators, identifier } = step.wanted.head;
    const uses = [subscribers && 'subscribers', administrators && `administrators (${identifier})`].filter(Boolean);
    return [head, `  + new: ${kind}, for ${uses.join(' and ')}, to be ${step.wanted.state}`];
  }
  if (step.act === 'disconnect') return [head, '  - disconnect'];
  if (step.act === 'wait') return [head, '  ! the draft says it already; it waits for Test and Finish'];
  if (step.act === 'change-use') return [head, ...step.changes.map((change) => changeLine(change))];
  const { connection, changes, replacesDraft, wanted } = step;
  return [
    head,
    ...changes.map((change) => changeLine(change, 'settings.')),
    ...(connection.state !== 'live' && wanted.state === 'live' ? [`  ~ state: ${connection.state} → live`] : []),
    ...(replacesDraft ? ['  ! replaces the draft that is open'] : []),
  ];
}

function changeLine({ key, secret, before, after }: SettingChange, prefix = ''): string {
  if (secret) return `  ~ ${prefix}${key}: (another secret)`;
  return `  ~ ${prefix}${key}: ${textOf(before)} → ${textOf(after)}`;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '(none)';
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  const text = printable(typeof value === 'string' ? value : JSON.stringify(value));
  return text.length > 80 ? `${text.slice(0, 60)}…${text.slice(-16)}` : text;
}

/** What somebody else wrote must not move the cursor of whoever reads it (SECURITY CON-05). */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}

function countOf({ settings, workspaceName, method, steps }: Plan): string {
  const count =
    settings.changes.length + Number(workspaceName !== undefined) + Number(method !== undefined) + steps.length;
  return count === 1 ? '1 change' : `${count} changes`;
}
