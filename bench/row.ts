import type { Postgres } from './postgres.ts';

/** The figures of one round of one contender, by name, such as `perSecond` or `p99Ms`. */
export type Sample = Readonly<Record<string, number>>;

export type Configuration = Readonly<Record<string, string | number | boolean>>;

/** Our product, or a peer, configured as its own documentation recommends. */
export type Contender = {
  readonly name: string;
  /** Exactly how it is run, for the results file. */
  readonly configuration: Configuration;
  /** False for a peer that the match's goal is not about. */
  readonly hasGoal?: boolean;
  /** Does the work once, from a new start. Throws if the stored rows do not match the responses. */
  readonly round: (round: number) => Promise<Sample>;
};

/** A goal for the median of one of our own figures: at most, or at least. */
type Limit = { readonly figure: string; readonly most?: number; readonly least?: number };

/** Our product and its peers, measured in turns. */
export type Match = {
  /** Part of file names: letters, digits and dashes. */
  readonly name: string;
  readonly title: string;
  /** The name of the compared figure. */
  readonly figure: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** How many times better than each peer we want to be; null where there is no goal. */
  readonly goal: number | null;
  readonly limits?: readonly Limit[];
  readonly ours: Contender;
  readonly peers: readonly Contender[];
  /** Figures that were measured elsewhere, with their source. */
  readonly quoted?: readonly Quote[];
};

export type Quote = { readonly name: string; readonly value: number; readonly source: string };

export type Spread = { readonly min: number; readonly median: number; readonly max: number };

/** The figures of a contender over all rounds. */
export type ContenderResult = {
  readonly name: string;
  readonly configuration: Configuration;
  readonly figures: Readonly<Record<string, Spread>>;
  readonly samples: readonly Sample[];
  /** How many times better ours is, round by round; null for ours itself. */
  readonly ratio: Spread | null;
  readonly hasGoal?: boolean;
};

export type MatchResult = Omit<Match, 'ours' | 'peers'> & {
  readonly ours: ContenderResult;
  readonly peers: readonly ContenderResult[];
  /** The goals that were not reached, as text. */
  readonly missed: readonly string[];
};

/** A figure as a function of the amount of work. */
export type Curve = {
  readonly name: string;
  readonly title: string;
  readonly x: { readonly label: string; readonly logarithmic: boolean };
  readonly y: { readonly label: string };
  readonly lines: readonly {
    readonly name: string;
    readonly points: readonly { readonly x: number; readonly y: Spread }[];
  }[];
};

export type Report = {
  readonly matches: readonly MatchResult[];
  readonly curves?: readonly Curve[];
  /** What was not measured and why, or what a reader must know to understand the figures. */
  readonly notes?: readonly string[];
};

/** What a row needs to run. */
export type Bench = {
  readonly rounds: number;
  /** The count of orders or tasks for this run: a tenth of it with `--quick`. */
  readonly scaleCount: (count: number) => number;
  /** Prints a line of progress to standard error. */
  readonly progress: (line: string) => void;
  /** The server that all rows of a run share, started at the first call. */
  readonly postgres: () => Promise<Postgres>;
  /** Creates a folder on disk that is deleted after the run. */
  readonly createFolder: () => string;
  readonly runMatch: (match: Match) => Promise<MatchResult>;
};

/** One entry of the registry. */
export type Row = {
  readonly name: string;
  /** Shown by `bun run bench --list`. */
  readonly about: string;
  readonly run: (bench: Bench) => Promise<Report>;
};
