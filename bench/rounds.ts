import type { Contender, Match, MatchResult, Sample, Spread, Standing } from './row.ts';

/**
 * Measures all sides of a match in turns, so that whatever else the machine does meets each of them alike. Who
 * begins changes from round to round.
 */
export const interleave = async (
  match: Match,
  rounds: number,
  say: (line: string) => void,
): Promise<MatchResult> => {
  const { ours, peers, ...rest } = match;
  const sides = [ours, ...peers];
  const samples = new Map<Contender, Sample[]>(sides.map((side) => [side, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const side of round % 2 === 1 ? sides : sides.toReversed()) {
      const sample = await side.round(round);
      samples.get(side)?.push(sample);
      say(`${match.name} ${round}/${rounds} ${side.name}: ${shown(sample)}`);
    }
  }
  const own = samples.get(ours) ?? [];
  const result = {
    ...rest,
    ours: standing(ours, own, null),
    peers: peers.map((peer) => {
      const theirs = samples.get(peer) ?? [];
      return standing(peer, theirs, ratioOf(match, own, theirs));
    }),
  };
  return { ...result, missed: missedBy(result) };
};

const standing = (
  { name, configuration }: Contender,
  samples: readonly Sample[],
  ratio: Spread | null,
): Standing => {
  const names = Object.keys(samples[0] ?? {});
  const figures = Object.fromEntries(
    names.map((figure) => [figure, spreadOf(samples.map((sample) => figureOf(sample, figure)))]),
  );
  return { name, configuration, figures, samples, ratio };
};

/** Round by round, since what disturbs one side of a round is likely to disturb the other as well. */
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

const missedBy = ({ goal, limits = [], ours, peers }: Omit<MatchResult, 'missed'>): readonly string[] => [
  ...peers.flatMap(({ name, ratio }) =>
    goal !== null && ratio !== null && ratio.median < goal
      ? [`${ratio.median.toFixed(2)}× ${name}, wanted ${shownNumber(goal)}×`]
      : [],
  ),
  ...limits.flatMap(({ figure, most = Number.POSITIVE_INFINITY, least = Number.NEGATIVE_INFINITY }) => {
    const median = ours.figures[figure]?.median ?? Number.NaN;
    if (median <= most && median >= least) return [];
    return [
      `${figure} ${shownNumber(median)}, wanted ${most < Number.POSITIVE_INFINITY ? `≤ ${most}` : `≥ ${least}`}`,
    ];
  }),
];

const figureOf = (sample: Sample, figure: string): number => {
  const value = sample[figure];
  if (value === undefined) throw new Error(`a round has no figure ${figure}`);
  return value;
};

export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { min: at(0), median, max: at(sorted.length - 1) };
};

/** Three digits that matter, and no more than are there. */
export const shownNumber = (value: number): string => {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
};

const shown = (sample: Sample): string =>
  Object.entries(sample)
    .map(([figure, value]) => `${figure} ${shownNumber(value)}`)
    .join(', ');
