/** Reads the header `Retry-After`: seconds or a date (RFC 9110, 10.2.3). Null if it is absent or neither. */
export const parseRetryAfter = (text: string | null | undefined, nowMs: number): number | null => {
  if (text === null || text === undefined) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
};
