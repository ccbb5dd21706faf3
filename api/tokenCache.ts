/**
 * Keeps the newest used of at most `entriesMax` values, none beyond its time: what was verified once need
 * not be verified again for each request. Times are epoch milliseconds.
 */
export const tokenCache = <V>(entriesMax: number) => {
  // A Map remembers the order in which keys came in: the first is the one that was used longest ago.
  const entries = new Map<string, { readonly value: V; readonly untilMs: number }>();
  return {
    get: (token: string, nowMs: number): V | null => {
      const entry = entries.get(token);
      if (entry === undefined) return null;
      entries.delete(token);
      if (entry.untilMs <= nowMs) return null;
      entries.set(token, entry);
      return entry.value;
    },
    set: (token: string, value: V, untilMs: number): void => {
      entries.delete(token);
      entries.set(token, { value, untilMs });
      if (entries.size <= entriesMax) return;
      const [oldest] = entries.keys();
      if (oldest !== undefined) entries.delete(oldest);
    },
    size: () => entries.size,
  };
};
