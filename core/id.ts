const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The UUID in lower case, the only form that is stored and compared. Null if `text` is not a UUID. */
export const parseUuid = (text: string): string | null => {
  const lower = text.toLowerCase();
  return UUID.test(lower) ? lower : null;
};

/** Comes before every id. */
export const firstId = '00000000-0000-0000-0000-000000000000';

/**
 * The smallest UUID that an id created at `atMs` can have. Ids are UUIDv7, so a time range is a range of ids, and the
 * index on the id serves both paging and `from`/`to` filters.
 */
export const firstIdAt = (atMs: number): string => {
  const hex = Math.max(0, Math.trunc(atMs)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
};
