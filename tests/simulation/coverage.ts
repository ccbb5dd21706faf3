/** What histories have met, counted. Each name counts once a history. */
export type Coverage = {
  fate(fate: string, verb: string): void;
  pair(fault: string, verb: string): void;
  edge(machine: string, from: string, to: string): void;
  /** Ends the history: its names are counted. */
  close(): void;
  readonly counts: ReadonlyMap<string, number>;
};

export const createCoverage = (): Coverage => {
  const counts = new Map<string, number>();
  const met = new Set<string>();
  return {
    fate: (fate, verb) => void met.add(`fate ${fate} ${verb}`),
    pair: (fault, verb) => void met.add(`pair ${fault} ${verb}`),
    edge: (machine, from, to) => void met.add(`${machine} ${from} → ${to}`),
    close: () => {
      for (const name of met) counts.set(name, (counts.get(name) ?? 0) + 1);
      met.clear();
    },
    counts,
  };
};
