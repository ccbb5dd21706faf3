/** The pipelines that may have work. Null for all. */
export type Hint = readonly string[] | null;

/** Collects hints that are sent as one. */
export const createHintCollector = () => {
  let names = new Set<string>();
  let all = false;
  return {
    add: (hint: Hint): void => {
      if (hint === null) all = true;
      else for (const name of hint) names.add(name);
    },
    /** All that was added since the last call. */
    take: (): Hint => {
      const taken = all ? null : [...names];
      names = new Set();
      all = false;
      return taken;
    },
  };
};
