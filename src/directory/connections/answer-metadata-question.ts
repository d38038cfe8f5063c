/** Reads a metadata document as it was asked. Pure; runs in a thread of its own for all but small documents. */
import { gzipSync } from 'node:zlib';
import {
  type IdpMetadata,
  type ReadProvider,
  readIdpMetadata,
  visitIdentityProviders,
} from '../../../metadata/idp-metadata.ts';
import { MetadataError } from '../../../metadata/metadata-error.ts';
import {
  type ListedProvider,
  type MetadataAnswer,
  type MetadataProblem,
  type MetadataQuestion,
  providersPerSlice,
  type ReadDocument,
} from './metadata-answers.ts';

export function answerMetadataQuestion(question: MetadataQuestion): MetadataAnswer {
  try {
    if (question.want === 'all') return { want: 'all', read: readAll(question.document) };
    return { want: 'one', metadata: readOne(question.document, question.entityId) };
  } catch (error) {
    if (error instanceof MetadataError) return { want: 'none', problem: problemOf(error) };
    throw error;
  }
}

/** A provider that has renamed itself is found too, where it stands alone. */
function readOne(document: Uint8Array, entityId: string): IdpMetadata {
  try {
    return readIdpMetadata(document, { entityId });
  } catch (error) {
    if (!(error instanceof MetadataError && error.code === 'entity_not_found')) throw error;
    try {
      return readIdpMetadata(document);
    } catch {
      throw error;
    }
  }
}

/** One pass; of each entity no more is held than what a connection takes of it. */
function readAll(document: Uint8Array): ReadDocument {
  const providers: ListedProvider[] = [];
  const slices: Uint8Array[] = [];
  let slice: (IdpMetadata | null)[] = [];
  const closeSlice = (): void => {
    if (slice.length > 0) slices.push(new Uint8Array(gzipSync(JSON.stringify(slice), { level: 1 })));
    slice = [];
  };
  const places = new Map<string, number>();
  const { others } = visitIdentityProviders(document, (read) => {
    const first = places.get(read.entityId);
    if (first !== undefined) {
      // Which of them is meant cannot be told: neither is offered.
      providers[first]!.problem = { code: 'several_entities', message: 'The document describes it more than once.' };
      return;
    }
    places.set(read.entityId, providers.length);
    providers.push(lineOf(read));
    slice.push('metadata' in read ? read.metadata : null);
    if (slice.length === providersPerSlice) closeSlice();
  });
  closeSlice();
  if (providers.length === 0) {
    // Says more exactly what the document describes instead.
    readIdpMetadata(document);
  }
  return { providers, others, slices };
}

function lineOf(read: ReadProvider): ListedProvider {
  const { entityId } = read;
  const displayName = 'metadata' in read ? read.metadata.displayName : read.displayName;
  return {
    entityId,
    ...(displayName !== undefined && { displayName }),
    ...('problem' in read && { problem: problemOf(read.problem) }),
  };
}

function problemOf({ code, message }: MetadataError): MetadataProblem {
  return { code, message };
}
