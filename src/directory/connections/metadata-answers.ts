/** What is asked of the thread that reads metadata documents, and what it answers. Plain data: it is copied between threads. */
import type { IdpMetadata } from '../../../metadata/idp-metadata.ts';
import type { MetadataErrorCode } from '../../../metadata/metadata-error.ts';

/** `one`: the identity provider with this entity ID, or else the only one there is. `all`: to choose among. */
export type MetadataQuestion =
  | { want: 'one'; document: Uint8Array; entityId: string }
  | { want: 'all'; document: Uint8Array };

/** Why a document, or an entity of it, cannot be used. The message is in English; the code is for every language. */
export interface MetadataProblem {
  code: MetadataErrorCode;
  message: string;
}

/** A line of the list to choose from. */
export interface ListedProvider {
  entityId: string;
  displayName?: string;
  problem?: MetadataProblem;
}

export interface ReadDocument {
  providers: ListedProvider[];
  /** Entities that are no identity providers. */
  others: number;
  /** `providersPerSlice` identity providers each, in order, null for one that cannot be used: gzip of JSON. */
  slices: Uint8Array[];
}
export const providersPerSlice = 50;

export type MetadataAnswer =
  | { want: 'one'; metadata: IdpMetadata }
  | { want: 'all'; read: ReadDocument }
  | { want: 'none'; problem: MetadataProblem };
