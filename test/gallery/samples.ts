/** The moment at which the gallery stands still. */
export const now = Date.UTC(2026, 10, 22, 5, 5);
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
