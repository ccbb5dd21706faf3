/** What came of some seeds. */
export type Tally = {
  readonly histories: number;
  readonly events: number;
  readonly broken: number;
  /** Processor time of all threads, µs. */
  readonly processorUs: number;
  /** A text for each broken history. */
  readonly lines: readonly string[];
};

export const noTally: Tally = { histories: 0, events: 0, broken: 0, processorUs: 0, lines: [] };

/** The lines are printed as they come, so the sum has none. */
export const addTally = (sum: Tally, part: Tally): Tally => ({
  histories: sum.histories + part.histories,
  events: sum.events + part.events,
  broken: sum.broken + part.broken,
  processorUs: sum.processorUs + part.processorUs,
  lines: [],
});

const rate = (histories: number, seconds: number): string =>
  seconds > 0 ? (histories / seconds).toFixed(1) : '0';

/** A line that says how far a run is. */
export const progressLine = ({ histories, broken }: Tally, count: number, elapsedMs: number): string => {
  const seconds = elapsedMs / 1_000;
  const done = `${histories} of ${count} seeds`;
  return `after ${seconds.toFixed(0)} s: ${done}, ${rate(histories, seconds)} a second, ${broken} broken so far`;
};

export type RunFacts = {
  readonly firstSeed: number;
  readonly commit: string;
  readonly store: string;
  readonly liveness: boolean;
  readonly shards: number;
};

const describe = ({ firstSeed, commit, store, liveness }: RunFacts): string =>
  `from seed ${firstSeed} at ${commit} over ${store}${liveness ? ', in liveness mode' : ''}`;

const shardsOf = ({ shards }: RunFacts): string => `${shards} shard${shards === 1 ? '' : 's'}`;

/** The first line of a run. */
export const startLine = (count: number, facts: RunFacts): string =>
  `running ${count} seeds ${describe(facts)}, in ${shardsOf(facts)}`;

/** The last line of a run. */
export const summaryLine = (
  { histories, events, broken, processorUs }: Tally,
  facts: RunFacts,
  elapsedMs: number,
): string => {
  const each = histories === 0 ? 0 : Math.round(events / histories);
  const wall = rate(histories, elapsedMs / 1_000);
  const processor = rate(histories, processorUs / 1e6);
  return `${histories} histories ${describe(facts)}: ${broken} broken; ${each} events each; ${wall} a second in ${shardsOf(facts)}, ${processor} a second of processor time`;
};
