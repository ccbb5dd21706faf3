const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The id in the one form that is stored and compared (lower case), or null where `text` is no UUID. */
export const parseUuid = (text: string): string | null => {
  const lower = text.toLowerCase();
  return UUID.test(lower) ? lower : null;
};

/**
 * The smallest UUID that an id made at `atMs` can have. Ids are UUIDv7, so a span of time is a span of ids,
 * and one index serves paging and `from`/`to` alike.
 */
export const firstIdAt = (atMs: number): string => {
  const hex = Math.max(0, Math.trunc(atMs)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
};
