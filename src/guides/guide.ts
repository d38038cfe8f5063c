/**
 * What a set-up guide is: for one product, step by step, what to click in its console, which of our values go there, and
 * which of its values come back. Data in both languages; pages are made of it by `http/views/guide-step.ts`.
 *
 * Owns: the texts about other people's consoles (as of 2026), a file per product. Does not own: settings and their names
 * (the provider's descriptions), our addresses (`config/sites.ts`).
 */
import type { AttributeRole, Text } from '../../providers/provider.ts';

export interface Guide {
  /** In progress rows and addresses. */
  id: string;
  /** `ProviderKind` of the connections that it is for. */
  kind: string;
  /** The product, as its maker writes it. */
  name: Text;
  protocol: 'SAML 2.0' | 'OpenID Connect';
  steps: readonly GuideStep[];
  /** Key paths of the settings that this product's administrator fills in; all others have their right values already. */
  fields: readonly string[];
  /** Above the form: where the values are found. */
  bringBack: Text;
}

export interface GuideStep {
  title: Text;
  parts: readonly GuidePart[];
}

/** In texts `**…**` is what stands on a button or menu there, and `` `…` `` is to be typed exactly. */
export type GuidePart =
  | { say: Text }
  /** To be done in this order. */
  | { do: readonly Text[] }
  /** Of ours, each with a Copy button; `at`: what its field is called there. */
  | { copy: readonly { value: OurValueName; at: Text }[] }
  | { attributes: readonly AttributeSource[]; source: Text }
  /** To paste as a whole. */
  | { script: Script; label: Text }
  | { note: Text };

export const ourValueNames = ['entityId', 'acs', 'metadata', 'redirectUri', 'workspace', 'clientId', 'scopes'] as const;
/** `clientId`, `scopes`: as they stand in the connection's settings, where we choose them. */
export type OurValueName = (typeof ourValueNames)[number];

export interface AttributeSource {
  role: AttributeRole;
  /** What the product calls the source of the value. */
  from: string | Text;
  optional?: true;
}

/** `names`: what this connection calls each attribute. */
export type Script = (names: Readonly<Record<AttributeRole, string>>) => string;

export interface OurValues {
  /** What there is none of for this connection is absent. */
  values: Readonly<Partial<Record<OurValueName, string>>>;
  names: Readonly<Record<AttributeRole, string>>;
}
