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
  const fateName = createNames((fate, verb) => `fate ${fate} ${verb}`);
  const pairName = createNames((fault, verb) => `pair ${fault} ${verb}`);
  const edgeNames = new Map<string, ReturnType<typeof createNames>>();
  return {
    fate: (fate, verb) => void met.add(fateName(fate, verb)),
    pair: (fault, verb) => void met.add(pairName(fault, verb)),
    edge: (machine, from, to) => {
      let edgeName = edgeNames.get(machine);
      if (edgeName === undefined) {
        edgeName = createNames((before, after) => `${machine} ${before} → ${after}`);
        edgeNames.set(machine, edgeName);
      }
      met.add(edgeName(from, to));
    },
    close: () => {
      for (const name of met) counts.set(name, (counts.get(name) ?? 0) + 1);
      met.clear();
    },
    counts,
  };
};

/** Gives the name of two parts. Each is built once, because a history needs some hundred of them. */
const createNames = (
  nameOf: (first: string, second: string) => string,
): ((first: string, second: string) => string) => {
  const namesOf = new Map<string, Map<string, string>>();
  return (first, second) => {
    let names = namesOf.get(first);
    if (names === undefined) {
      names = new Map();
      namesOf.set(first, names);
    }
    let name = names.get(second);
    if (name === undefined) {
      name = nameOf(first, second);
      names.set(second, name);
    }
    return name;
  };
};
