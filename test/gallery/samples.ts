/** The moment at which the gallery stands still. */
import type { Html } from '../../src/http/views/html.ts';
import type { PageContext } from '../../src/http/views/page.ts';
export const now = Date.UTC(2026, 10, 22, 5, 5);
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** One page in one state. */
export type Sample = (context: PageContext) => Html;
