/** One line of the log, ready to be sent. */
export type Entry = { readonly text: string; readonly bytes: number };

/** A queue of entries with a bounded size. The newest are refused when it is full: what came first is often the cause. */
export const createBuffer = (bytesMax: number) => {
  let entries: Entry[] = [];
  let bytes = 0;
  return {
    isEmpty: () => entries.length === 0,
    count: () => entries.length,
    bytes: () => bytes,
    /** False if there is no room. */
    add: (entry: Entry): boolean => {
      if (bytes + entry.bytes > bytesMax) return false;
      entries.push(entry);
      bytes += entry.bytes;
      return true;
    },
    /** The oldest entries of together at most `limit` bytes, and one at least. They stay until they are dropped. */
    first: (limit: number): readonly Entry[] => {
      let size = 0;
      const end = entries.findIndex((entry, index) => {
        size += entry.bytes;
        return index > 0 && size > limit;
      });
      return entries.slice(0, end < 0 ? entries.length : end);
    },
    drop: (count: number): void => {
      for (const entry of entries.slice(0, count)) bytes -= entry.bytes;
      entries = entries.slice(count);
    },
  };
};
