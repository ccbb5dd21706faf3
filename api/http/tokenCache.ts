/**
 * Keeps at most `entriesMax` values, none beyond its time, and rather those that are used: what was verified
 * once need not be verified again for each request. Times are epoch milliseconds.
 */
export const tokenCache = <V>(entriesMax: number) => {
  // A Map remembers the order in which keys came in. To move a key at each use would cost more than to find it,
  // so a use leaves a mark, and what has one is passed over, once, when the oldest has to go.
  const entries = new Map<string, Entry<V>>();
  const forgetOne = (): void => {
    for (const [token, entry] of entries) {
      entries.delete(token);
      if (!entry.used) return;
      entries.set(token, { ...entry, used: false });
    }
  };
  return {
    get: (token: string, nowMs: number): V | null => {
      const entry = entries.get(token);
      if (entry === undefined) return null;
      if (entry.untilMs <= nowMs) {
        entries.delete(token);
        return null;
      }
      entry.used = true;
      return entry.value;
    },
    set: (token: string, value: V, untilMs: number): void => {
      entries.delete(token);
      if (entries.size === entriesMax) forgetOne();
      entries.set(token, { value, untilMs, used: false });
    },
    size: () => entries.size,
  };
};

type Entry<V> = { readonly value: V; readonly untilMs: number; used: boolean };
