/**
 * Creates a cache of verified tokens. It keeps at most `entriesMax` values, each until its expiry time (epoch
 * milliseconds), and evicts unused values first.
 */
export const createTokenCache = <V>(entriesMax: number) => {
  // A Map keeps insertion order. Moving a key at each use would cost more than the lookup, so a use only marks
  // the entry. Eviction skips a marked entry once (second-chance algorithm).
  const entries = new Map<string, Entry<V>>();
  let latestMs = 0;
  const evictOne = (): void => {
    for (const [token, entry] of entries) {
      entries.delete(token);
      if (!entry.used) return;
      entries.set(token, { ...entry, used: false });
    }
  };
  return {
    get: (token: string, nowMs: number): V | null => {
      // After a clock was set back, what is withdrawn would be good until it comes there again.
      if (nowMs < latestMs) entries.clear();
      latestMs = nowMs;
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
      if (entries.size === entriesMax) evictOne();
      entries.set(token, { value, untilMs, used: false });
    },
    size: () => entries.size,
  };
};

type Entry<V> = { readonly value: V; readonly untilMs: number; used: boolean };
