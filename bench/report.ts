import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shownNumber } from './rounds.ts';
import type { Curve, MatchResult, Report, Row, Spread, Standing } from './row.ts';

/** All that was measured, for machines. */
export const writeResults = (
  folder: string,
  name: string,
  {
    report,
    surroundings,
    ...run
  }: {
    readonly report: Report;
    readonly surroundings: object;
    readonly rounds: number;
    readonly quick: boolean;
  },
): void =>
  writeFileSync(
    join(folder, `${name}.json`),
    `${JSON.stringify({ name, ...surroundings, ...run, ...report }, null, 2)}\n`,
  );

/** The tables of a row as Markdown, which is also how people read it on a terminal. */
export const table = ({ name, about }: Row, { matches, curves = [], notes = [] }: Report): string =>
  [
    `\n## ${name}: ${about}`,
    ...matches.map(matchTable),
    ...curves.map(curveTable),
    ...notes.map((note) => `\n${note}`),
  ].join('\n');

const matchTable = ({ title, figure, unit, ours, peers, quoted = [], missed }: MatchResult): string => {
  const line = ({ name, figures, ratio }: Standing) =>
    `${name} | ${shownSpread(figures[figure])} | ${ratio === null ? '' : `${shownSpread(ratio)}×`}`;
  return [
    `\n### ${title}`,
    `| ${unit} | min – median – max | ours is better by |`,
    '|---|---|---|',
    ...[ours, ...peers].map((standing) => `| ${line(standing)} |`),
    ...quoted.map(
      ({ name, value, source }) =>
        `| ${name} (${source}) | ${shownNumber(value)} | ${shownNumber((ours.figures[figure]?.median ?? 0) / value)}× |`,
    ),
    '',
    ...[ours, ...peers].map((standing) => `${standing.name}: ${others(standing, figure)}`),
    ...missed.map((line) => `MISSED: ${line}`),
  ].join('\n');
};

/** The figures beside the one that is compared, in the median. */
const others = ({ figures }: Standing, compared: string): string =>
  Object.entries(figures)
    .filter(([figure]) => figure !== compared)
    .map(([figure, { median }]) => `${figure} ${shownNumber(median)}`)
    .join(', ');

const curveTable = ({ title, x, lines }: Curve): string => {
  const xs = [...new Set(lines.flatMap(({ points }) => points.map((point) => point.x)))].sort(
    (a, b) => a - b,
  );
  return [
    `\n### ${title}`,
    `| ${x.label} | ${xs.map(shownNumber).join(' | ')} |`,
    `|---|${xs.map(() => '---|').join('')}`,
    ...lines.map(({ name, points }) => {
      const cells = xs.map((at) =>
        shownNumber(points.find((point) => point.x === at)?.y.median ?? Number.NaN),
      );
      return `| ${name} | ${cells.join(' | ')} |`;
    }),
  ].join('\n');
};

const shownSpread = (spread: Spread | undefined): string =>
  spread === undefined ? '' : [spread.min, spread.median, spread.max].map(shownNumber).join(' – ');
