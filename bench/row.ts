import type { Postgres } from './postgres.ts';

/** What one round of one contender came to: figures by name, such as `perSecond` or `p99Ms`. */
export type Sample = Readonly<Record<string, number>>;

export type Configuration = Readonly<Record<string, string | number | boolean>>;

/** One side of a match: our product, or a peer as its own documentation recommends to run it. */
export type Contender = {
  readonly name: string;
  /** Exactly how it was run, for the file of results. */
  readonly configuration: Configuration;
  /** Does the work once, from a fresh start, and throws where what was written is not what was answered. */
  readonly round: (round: number) => Promise<Sample>;
};

/** What has to be true of our own figures: at most, or at least, in the median. */
type Limit = { readonly figure: string; readonly most?: number; readonly least?: number };

/** Ours and its peers, measured in rounds that take turns. */
export type Match = {
  /** Of files: letters, digits and dashes. */
  readonly name: string;
  readonly title: string;
  /** The figure of each sample that is compared. */
  readonly figure: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** How many times better than the best peer we want to be; null where nothing was promised. */
  readonly goal: number | null;
  readonly limits?: readonly Limit[];
  readonly ours: Contender;
  readonly peers: readonly Contender[];
  /** Figures of others that were measured elsewhere and are only repeated here, with their source. */
  readonly quoted?: readonly Quote[];
};

export type Quote = { readonly name: string; readonly value: number; readonly source: string };

export type Spread = { readonly min: number; readonly median: number; readonly max: number };

/** What a contender came to over all rounds. */
export type Standing = {
  readonly name: string;
  readonly configuration: Configuration;
  readonly figures: Readonly<Record<string, Spread>>;
  readonly samples: readonly Sample[];
  /** How many times better ours was, round by round; null for ours itself. */
  readonly ratio: Spread | null;
};

export type MatchResult = Omit<Match, 'ours' | 'peers'> & {
  readonly ours: Standing;
  readonly peers: readonly Standing[];
  /** What was wanted and not reached, in words. */
  readonly missed: readonly string[];
};

/** How a figure grows with the work. */
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
  /** What was left out and why, or what a reader must know to read the figures. */
  readonly notes?: readonly string[];
};

/** What a row is given to work with. */
export type Bench = {
  readonly rounds: number;
  /** A count of orders or tasks as it should be done in this run: less of it where a quick look is asked for. */
  readonly sized: (count: number) => number;
  /** Tells how far we are, on standard error. */
  readonly say: (line: string) => void;
  /** The server that all rows of a run share; started for the first that asks. */
  readonly postgres: () => Promise<Postgres>;
  /** A folder on disk that is deleted after the run. */
  readonly folder: () => string;
  readonly match: (match: Match) => Promise<MatchResult>;
};

/** One line of the registry. */
export type Row = {
  readonly name: string;
  /** What is measured, for `bun run bench --list`. */
  readonly about: string;
  readonly run: (bench: Bench) => Promise<Report>;
};
