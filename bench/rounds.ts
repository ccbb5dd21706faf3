import type { Contender, ContenderResult, Match, MatchResult, Sample, Spread } from './row.ts';

/**
 * Measures all contenders of a match in turns, so that a disturbance of the machine affects each of them alike.
 * The order is reversed from round to round.
 */
export const runMatch = async (
  match: Match,
  rounds: number,
  progress: (line: string) => void,
): Promise<MatchResult> => {
  const { ours, peers, ...rest } = match;
  const contenders = [ours, ...peers];
  const samples = new Map<Contender, Sample[]>(contenders.map((contender) => [contender, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const contender of round % 2 === 1 ? contenders : contenders.toReversed()) {
      const sample = await contender.round(round);
      samples.get(contender)?.push(sample);
      progress(`${match.name} ${round}/${rounds} ${contender.name}: ${formatSample(sample)}`);
    }
  }
  const own = samples.get(ours) ?? [];
  const result = {
    ...rest,
    ours: resultOf(ours, own, null),
    peers: peers.map((peer) => {
      const theirs = samples.get(peer) ?? [];
      return resultOf(peer, theirs, ratioOf(match, own, theirs));
    }),
  };
  return { ...result, missed: findMissedGoals(result) };
};

const resultOf = (
  { name, configuration, hasGoal = true }: Contender,
  samples: readonly Sample[],
  ratio: Spread | null,
): ContenderResult => {
  const names = Object.keys(samples[0] ?? {});
  const figures = Object.fromEntries(
    names.map((figure) => [figure, spreadOf(samples.map((sample) => figureOf(sample, figure)))]),
  );
  return { name, configuration, figures, samples, ratio, ...(!hasGoal && { hasGoal }) };
};

/** Taken round by round, because a disturbance in one round is likely to affect both contenders. */
const ratioOf = (
  { figure, better }: Pick<Match, 'figure' | 'better'>,
  ours: readonly Sample[],
  theirs: readonly Sample[],
): Spread =>
  spreadOf(
    ours.map((sample, round) => {
      const own = figureOf(sample, figure);
      const other = figureOf(theirs[round] ?? {}, figure);
      return better === 'more' ? own / other : other / own;
    }),
  );

const findMissedGoals = ({
  goal,
  limits = [],
  ours,
  peers,
}: Omit<MatchResult, 'missed'>): readonly string[] => [
  ...peers.flatMap(({ name, ratio, hasGoal = true }) =>
    hasGoal && goal !== null && ratio !== null && ratio.median < goal
      ? [`${ratio.median.toFixed(2)}× ${name}, goal ${formatNumber(goal)}×`]
      : [],
  ),
  ...limits.flatMap(({ figure, most = Number.POSITIVE_INFINITY, least = Number.NEGATIVE_INFINITY }) => {
    const median = ours.figures[figure]?.median ?? Number.NaN;
    if (median <= most && median >= least) return [];
    return [
      `${figure} ${formatNumber(median)}, goal ${most < Number.POSITIVE_INFINITY ? `≤ ${most}` : `≥ ${least}`}`,
    ];
  }),
];

const figureOf = (sample: Sample, figure: string): number => {
  const value = sample[figure];
  if (value === undefined) throw new Error(`a sample has no figure ${figure}`);
  return value;
};

export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { min: at(0), median, max: at(sorted.length - 1) };
};

/** Formats with at most three significant digits, or with all integer digits. */
export const formatNumber = (value: number): string => {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
};

const formatSample = (sample: Sample): string =>
  Object.entries(sample)
    .map(([figure, value]) => `${figure} ${formatNumber(value)}`)
    .join(', ');
