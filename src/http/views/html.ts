/**
 * HTML as tagged templates: escaped by default, checked by the compiler, no build step
 * (.github/decisions/0001-templates.md).
 *
 * Owns: what may stand in which place of a template. Escaping itself is `hono/html`.
 * Called by every view. A view is a pure function from a model to `Html`; `render` is called once, at the edge.
 */
import { html as escaping, raw } from 'hono/html';

declare const brand: unique symbol;
/** Markup that is safe to send. Made only by `html`, `attributes` and `trusted`. */
export interface Html {
  readonly [brand]: true;
}

/** What may be interpolated. Objects, dates, promises and `true` do not compile (and throw, for values typed `any`). */
export type Child = Html | string | number | false | null | undefined | readonly Child[];

/** Where in the markup an interpolation stands. */
type Place = 'text' | 'attribute-value' | 'url' | 'attributes';

const urlAttributes = new Set(['href', 'src', 'action', 'formaction']);
const placesOfTemplate = new WeakMap<TemplateStringsArray, readonly Place[]>();
const madeByAttributes = new WeakSet<object>();

/**
 * The template tag. Text is escaped; attribute values must stand in double quotes; `href`, `src`, `action` and
 * `formaction` pass through `safeUrl`; between attributes only `attributes(…)` may stand.
 * Throws TypeError when a template puts a value where it could not be made safe (a bug, found at first rendering).
 */
export function html(strings: TemplateStringsArray, ...children: readonly Child[]): Html {
  let places = placesOfTemplate.get(strings);
  if (!places) {
    places = findPlaces(strings);
    placesOfTemplate.set(strings, places);
  }
  const kept = places;
  const values = children.map((child, index) => checkChild(child, kept[index] ?? 'text'));
  return escaping(strings, ...values) as unknown as Html;
}

/** For constants of ours and for markup of a library that has escaped it already. Never for a value from outside. */
export function trusted(markup: string): Html {
  return raw(markup) as unknown as Html;
}

/** The finished page, as sent. */
export function render(page: Html): string {
  return String(page);
}

/** Attributes for `<input ${attributes({…})}>`: `true` gives a bare name, `false`, `null` and `undefined` nothing. */
export function attributes(values: Readonly<Record<string, string | number | boolean | null | undefined>>): Html {
  let text = '';
  for (const [name, value] of Object.entries(values)) {
    refuseName(name);
    if (value === false || value === null || value === undefined) continue;
    if (value === true) text += ` ${name}`;
    else text += ` ${name}="${escaping`${urlAttributes.has(name) ? safeUrl(String(value)) : String(value)}`}"`;
  }
  const made = raw(text);
  madeByAttributes.add(made);
  return made as unknown as Html;
}

/**
 * The URL itself when following it can only lead to http(s) (absolute or relative), else one that leads nowhere:
 * `javascript:` and `data:` in a stored URL must not run (SECURITY CON-03). Parsed as browsers do it, because they
 * skip tabs and line breaks inside a scheme.
 */
export function safeUrl(url: string): string {
  const parsed = URL.parse(url, 'https://relative.invalid/');
  return parsed && (parsed.protocol === 'https:' || parsed.protocol === 'http:') ? url : 'about:invalid#refused';
}

function checkChild(child: Child, place: Place): unknown {
  if (place === 'text') return checkText(child);
  if (place === 'attributes') {
    if (child === false || child === null || child === undefined) return null;
    if (typeof child === 'object' && madeByAttributes.has(child)) return child;
    throw new TypeError('between attributes only attributes(…) may stand');
  }
  if (child === false || child === null || child === undefined) return '';
  // Markup inside a value could close the quotes.
  if (typeof child === 'object') throw new TypeError('an attribute value must be a string or a number');
  return place === 'url' ? safeUrl(String(child)) : child;
}

function checkText(child: Child): unknown {
  if (Array.isArray(child)) return child.map(checkText);
  const kind = typeof child;
  if (
    kind === 'object' ? child === null || child instanceof String : kind !== 'function' && child !== (true as unknown)
  )
    return child;
  throw new TypeError(`a ${kind} cannot stand in a template`);
}

function findPlaces(strings: TemplateStringsArray): readonly Place[] {
  let state: 'text' | 'tag' | 'value' = 'text';
  let name = '';
  return strings.slice(0, -1).map((part) => {
    for (const char of part) {
      if (state === 'text') {
        if (char === '<') state = 'tag';
      } else if (state === 'value') {
        if (char === '"') {
          state = 'tag';
          name = '';
        }
      } else if (char === '>') {
        state = 'text';
        name = '';
      } else if (char === '"') {
        refuseName(name);
        state = 'value';
      } else if (/\s/.test(char)) name = '';
      else if (char !== '=') name += char;
    }
    if (state === 'text') return 'text';
    if (state === 'value') return urlAttributes.has(name) ? 'url' : 'attribute-value';
    if (part.endsWith('=')) throw new TypeError(`unquoted attribute value after ${part.slice(-30)}`);
    return 'attributes';
  });
}

/** Inline handlers and styles would be blocked by our Content-Security-Policy: say so while writing, not in production. */
function refuseName(name: string): void {
  if (!/^[a-z][a-z0-9:-]*$/i.test(name) || /^on|^style$/i.test(name)) throw new TypeError(`attribute refused: ${name}`);
}
