/** Why a document is not read as XML. Callers turn it into a code of their own closed list. */
export type XmlProblem =
  | 'malformed'
  /** The XML declaration: another version or encoding. */
  | 'declaration'
  | 'doctype'
  | 'processing-instruction'
  /** A comment or CDATA section where none may be. */
  | 'comment'
  /** A namespace name that readers understand differently. */
  | 'namespace'
  /** `xml:base`, `xml:id` and the like. */
  | 'attribute'
  | 'too-many';

export class XmlError extends Error {
  readonly problem: XmlProblem;
  /** What would have been right, in words. */
  readonly expected: string;
  /** As in the document: to be cut and cleaned before it is shown. */
  readonly received: string | undefined;
  /** In characters of the text. */
  readonly offset: number;
  constructor(problem: XmlProblem, offset: number, expected: string, received?: string) {
    super(`${problem}: expected ${expected}`);
    this.name = 'XmlError';
    this.problem = problem;
    this.offset = offset;
    this.expected = expected;
    this.received = received;
  }
}
