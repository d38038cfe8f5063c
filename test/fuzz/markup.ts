/**
 * Where elements stand in a text that may already be broken. Mutations cut and paste text, so that everything they do
 * not touch stays as it was byte for byte; a parser with a serialiser would tidy up exactly what is to be tried.
 */
export interface Span {
  /** As written, prefix included. */
  name: string;
  start: number;
  /** After the `>` of the start tag. */
  openEnd: number;
  /** At the `</` of the end tag; `openEnd` when the element is written as an empty tag. */
  closeStart: number;
  end: number;
  depth: number;
  parent: Span | undefined;
}

const tag = /<(\/?)([A-Za-z_][\w.:-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>/g;

/** All elements whose end was found, in document order. */
export function spansOf(xml: string): Span[] {
  const spans: Span[] = [];
  const open: Span[] = [];
  for (const match of xml.matchAll(tag)) {
    const [whole, slash, name = '', rest = ''] = match;
    const end = match.index + whole.length;
    if (slash) {
      const index = open.findLastIndex((span) => span.name === name);
      if (index === -1) continue;
      const span = open[index]!;
      open.length = index;
      span.closeStart = match.index;
      span.end = end;
      continue;
    }
    const span = {
      name,
      start: match.index,
      openEnd: end,
      closeStart: end,
      end: rest.endsWith('/') ? end : 0,
      depth: open.length,
      parent: open.at(-1),
    };
    spans.push(span);
    if (span.end === 0) open.push(span);
  }
  return spans.filter((span) => span.end > 0);
}

export function localOf(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

export function spansNamed(xml: string, local: string): Span[] {
  return spansOf(xml).filter((span) => localOf(span.name) === local);
}

export function textOf(xml: string, { start, end }: { start: number; end: number }): string {
  return xml.slice(start, end);
}

export function cut(xml: string, { start, end }: { start: number; end: number }, instead = ''): string {
  return xml.slice(0, start) + instead + xml.slice(end);
}

export function insert(xml: string, at: number, text: string): string {
  return xml.slice(0, at) + text + xml.slice(at);
}

/** Rewrites a start tag: `change` gets what stands between the name and `>`, a closing slash included. */
export function changeTag(xml: string, span: Span, change: (rest: string) => string): string {
  const from = span.start + 1 + span.name.length;
  return xml.slice(0, from) + change(xml.slice(from, span.openEnd - 1)) + xml.slice(span.openEnd - 1);
}

export interface AttributeSpan {
  name: string;
  value: string;
  start: number;
  end: number;
  valueStart: number;
}

/** Positions are those in `xml`. */
export function attributesOf(xml: string, span: Span): AttributeSpan[] {
  const from = span.start + 1 + span.name.length;
  return [...xml.slice(from, span.openEnd).matchAll(/\s([\w.:-]+)\s*=\s*("[^"]*"|'[^']*')/g)].map((match) => {
    const start = from + match.index;
    const end = start + match[0].length;
    const quoted = match[2]!;
    return { name: match[1]!, value: quoted.slice(1, -1), start, end, valueStart: end - quoted.length + 1 };
  });
}
