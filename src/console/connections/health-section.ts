/** What the last check of a live connection found, and what to do about it. */
import { translations } from '../../core/language.ts';
import type { CheckFinding, ConnectionCheck } from '../../directory/connections/connection-checks.ts';
import { type Html, html } from '../../http/views/html.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';
import { badge, definitionList, section } from '../../http/views/values.ts';
import { checkLabel, explainHealth } from '../../signin/health-explanations.ts';

export type ConnectionHealthSection = Pick<ConnectionCheck, 'checkedAt' | 'nextCheckAt' | 'failures' | 'findings'>;

const texts = translations({
  en: {
    title: 'Health',
    lead: 'Live connections are checked every hour, and sooner after a failure.',
    checked: 'Last check',
    never: 'not yet',
    next: 'Next check',
    result: 'Result',
    fine: 'Nothing to complain of',
    once: 'One check has failed; the next one decides',
    check: 'Check',
    expected: 'Expected',
    received: 'Received',
    where: 'Where',
    note: 'Note',
    remedy: 'Who does what',
  },
  ja: {
    title: '稼働状況',
    lead: '接続は1時間ごとにチェックされ、失敗した場合はより早く再チェックされます。',
    checked: '最後のチェック',
    never: 'まだ実施されていません',
    next: '次のチェック',
    result: '結果',
    fine: '問題はありません',
    once: 'チェックが1回失敗しました。次のチェックで判定します',
    check: 'チェック',
    expected: '期待した値',
    received: '受け取った値',
    where: '箇所',
    note: '補足',
    remedy: '対応',
  },
});

export function healthSection(context: PageContext, model: ConnectionHealthSection): Html {
  const m = texts[context.language];
  const { checkedAt, nextCheckAt, findings, failures } = model;
  return section(
    m.title,
    html`${definitionList([
      [m.checked, checkedAt === null ? html`<span class="muted">${m.never}</span>` : time(context, checkedAt)],
      [m.next, time(context, nextCheckAt)],
      [
        m.result,
        checkedAt !== null && findings.length === 0
          ? badge('good', m.fine)
          : failures === 1
            ? badge('warning', m.once)
            : undefined,
      ],
    ])}${findings.length > 0 && html`<div class="choices close findings">${findings.map((finding) => findingNotice(context, finding))}</div>`}`,
    { lead: m.lead },
  );
}

function findingNotice(context: PageContext, finding: CheckFinding): Html {
  const { language } = context;
  const m = texts[language];
  const { meaning, remedy } = explainHealth(finding.code);
  return html`<div class="notice ${finding.level === 'failing' ? 'error' : 'warning'}"><p class="notice-title">${meaning[language]}</p>
${definitionList([
  [m.check, checkLabel(finding.check)[language]],
  [m.where, finding.where],
  [m.expected, finding.expected],
  [m.received, finding.received],
  [m.note, finding.note],
  [m.remedy, remedy[language]],
])}</div>`;
}
