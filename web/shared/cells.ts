/** A value that pages show. Setting another one draws them again. */
type Cell<Value> = { value: Value };

export type CreateCell = <Value>(initial: Value) => Cell<Value>;

/** The values that the pages of one document share. They change by hand, not sixty times a second, so one bell is enough. */
export const createCells = () => {
  const listeners = new Set<() => void>();
  let version = 0;
  const create: CreateCell = (initial) => {
    let current = initial;
    return {
      get value() {
        return current;
      },
      set value(next) {
        if (Object.is(next, current)) return;
        current = next;
        version++;
        for (const listener of [...listeners]) listener();
      },
    };
  };
  return {
    create,
    /** Another one after each change. */
    version: (): number => version,
    /** Returns what ends it. */
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
};
