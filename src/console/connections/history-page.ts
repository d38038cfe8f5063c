/** The versions of a connection's settings that were live: who, when, how, and what differed from the one before. */
import type { SettingDescription } from '../../../providers/provider.ts';
import { translations } from '../../core/language.ts';
import type { ConnectionVersion } from '../../directory/connections/versions.ts';
import { actions, linkButton } from '../../http/views/form.ts';
import { type Html, html } from '../../http/views/html.ts';
import { emptyState } from '../../http/views/notices.ts';
import type { PageContext } from '../../http/views/page.ts';
import { time } from '../../http/views/time.ts';
import { badge, definitionList } from '../../http/views/values.ts';
import type { ConsoleFrame } from '../views/console-layout.ts';
import { type ConnectionHead, connectionPageFrame } from './connection-frame.ts';
import { editorName } from './connection-words.ts';
import { changesTable } from './setting-words.ts';

const messages = translations({
  en: {
    lead: 'The settings that were live, newest first. The last 20 versions are kept, until the connection is disconnected.',
    version: (number: number) => `Version ${number}`,
    live: 'Live now',
    when: 'Live since',
    who: 'By',
    operator: 'The operator of this service',
    broker: 'Sekisho itself',
    how: 'How',
    ways: {
      test: 'After a passed test',
      operator: 'Without a test, on the command line',
      rollback: 'Gone back to an earlier version',
      metadata: 'From watched metadata',
      file: 'From a file',
      pair: 'A new client id and secret were generated',
    },
    to: (number: number) => `Gone back to version ${number}`,
    first: 'The first version that is kept.',
    same: 'The settings did not differ from the version before.',
    back: 'Go back to this version',
    emptyTitle: 'No history yet',
    empty: 'Every change that goes live is listed here, with what was live before it and the way back.',
  },
  ja: {
    lead: 'これまでに有効だった設定です（新しい順）。接続を切断するまで、直近の20バージョンが保存されます。',
    version: (number: number) => `バージョン${number}`,
    live: '現在有効',
    when: '有効になった日時',
    who: '実行者',
    operator: 'サービスの運用者',
    broker: 'Sekisho（自動）',
    how: '方法',
    ways: {
      test: 'テストに合格',
      operator: 'テストなし（コマンドライン）',
      rollback: '以前のバージョンに戻した',
      metadata: '監視しているメタデータから反映',
      file: 'ファイルから反映',
      pair: '新しいクライアントIDとシークレットを生成',
    },
    to: (number: number) => `バージョン${number}に戻した`,
    first: '保存されている最初のバージョンです。',
    same: '前のバージョンとの違いはありません。',
    back: 'このバージョンに戻す',
    emptyTitle: '履歴はまだありません',
    empty: '変更が有効になると、変更前の設定とともにここに表示され、元に戻せます。',
  },
});

export interface HistoryPage extends ConnectionHead {
  versions: readonly (ConnectionVersion & { backHref?: string })[];
  descriptions: readonly SettingDescription[];
}

export function historyPage(context: PageContext, frame: ConsoleFrame, model: HistoryPage): Html {
  const { language } = context;
  const m = messages[language];
  return connectionPageFrame(context, frame, model, {
    tab: '/history',
    body:
      model.versions.length === 0
        ? emptyState(m.emptyTitle, m.empty)
        : html`<p class="section-lead">${m.lead}</p>${model.versions.map((version, index) =>
            versionSection(context, model, version, index === model.versions.length - 1),
          )}`,
  });
}

function versionSection(
  context: PageContext,
  { descriptions }: HistoryPage,
  version: HistoryPage['versions'][number],
  isFirst: boolean,
): Html {
  const { language } = context;
  const m = messages[language];
  const { changes, how } = version;
  const nobody = how === 'metadata' ? m.broker : m.operator;
  const heading = version.isLive
    ? html`${m.version(version.number)} ${badge('good', m.live)}`
    : html`${m.version(version.number)}`;
  const differences =
    changes.length > 0 ? changesTable(language, changes, descriptions) : html`<p>${isFirst ? m.first : m.same}</p>`;
  return html`<section class="section"><h2>${heading}</h2>${definitionList([
    [m.when, time(context, version.liveAt)],
    [m.who, editorName(context, version.liveBy, nobody)],
    [m.how, version.rolledBackTo === null ? m.ways[how] : m.to(version.rolledBackTo)],
  ])}${differences}${version.backHref !== undefined && actions(linkButton(m.back, version.backHref, 'secondary'))}</section>`;
}
