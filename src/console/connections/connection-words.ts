/** What is said about a connection on every page: its state and what it is used for. */
import type { ConnectionState } from '../../directory/connections/connection-states.ts';
import { namelessHolder } from '../../directory/connections/setup-link-holder.ts';
import { type Html, html } from '../../http/views/html.ts';
import { sharedMessages } from '../../http/views/messages/messages.ts';
import type { PageContext } from '../../http/views/page.ts';
import { badge, type Tone } from '../../http/views/values.ts';
import { connectionsMessages } from './connections-messages.ts';

export interface ConnectionUses {
  forAdministrators: boolean;
  forSubscribers: boolean;
  /** Subscribers sign in to the workspace with it. */
  isWorkspaceMethod: boolean;
}

const tones: Readonly<Record<ConnectionState | 'not_connected', Tone>> = {
  not_connected: 'neutral',
  draft: 'neutral',
  connected: 'good',
  warning: 'warning',
  failing: 'bad',
  disconnected: 'neutral',
};

export function stateBadge({ language }: PageContext, state: ConnectionState | 'not_connected'): Html {
  return badge(tones[state], connectionsMessages[language].states[state]);
}

/** Who changed it; `nobody`: what to say when it was no person. */
export function editorName({ language }: PageContext, name: string | null, nobody: string): string {
  return name === namelessHolder ? connectionsMessages[language].linkHolder : (name ?? nobody);
}

export function usedFor({ language }: PageContext, uses: ConnectionUses): Html {
  const m = connectionsMessages[language];
  const words = [
    uses.forSubscribers && (uses.isWorkspaceMethod ? m.workspaceMethod : m.forSubscribers),
    uses.forAdministrators && m.forAdministrators,
  ].filter((word) => word !== false);
  return html`${words.length > 0 ? words.join(language === 'ja' ? '、' : ', ') : sharedMessages[language].none}`;
}
