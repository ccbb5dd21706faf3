import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatNumber } from './rounds.ts';
import type { ContenderResult, Curve, MatchResult, Report, Row, Spread } from './row.ts';

/** Writes all samples, figures and settings as JSON. */
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

/** The tables of a row as Markdown, which is also readable in a terminal. */
export const renderTables = ({ name, about }: Row, { matches, curves = [], notes = [] }: Report): string =>
  [
    `\n## ${name}: ${about}`,
    ...matches.map(renderMatch),
    ...curves.map(renderCurve),
    ...notes.map((note) => `\n${note}`),
  ].join('\n');

const renderMatch = ({ title, figure, unit, ours, peers, quoted = [], missed }: MatchResult): string => {
  const cells = ({ name, figures, ratio }: ContenderResult) =>
    `${name} | ${formatSpread(figures[figure])} | ${ratio === null ? '' : `${formatSpread(ratio)}×`}`;
  return [
    `\n### ${title}`,
    `| ${unit} | min – median – max | ours is better by |`,
    '|---|---|---|',
    ...[ours, ...peers].map((contender) => `| ${cells(contender)} |`),
    ...quoted.map(
      ({ name, value, source }) =>
        `| ${name} (${source}) | ${formatNumber(value)} | ${formatNumber((ours.figures[figure]?.median ?? 0) / value)}× |`,
    ),
    '',
    ...[ours, ...peers].map((contender) => `${contender.name}: ${formatOtherFigures(contender, figure)}`),
    ...missed.map((line) => `MISSED: ${line}`),
  ].join('\n');
};

/** The medians of all figures except the compared one. */
const formatOtherFigures = ({ figures }: ContenderResult, compared: string): string =>
  Object.entries(figures)
    .filter(([figure]) => figure !== compared)
    .map(([figure, { median }]) => `${figure} ${formatNumber(median)}`)
    .join(', ');

const renderCurve = ({ title, x, lines }: Curve): string => {
  const xs = [...new Set(lines.flatMap(({ points }) => points.map((point) => point.x)))].sort(
    (a, b) => a - b,
  );
  return [
    `\n### ${title}`,
    `| ${x.label} | ${xs.map(formatNumber).join(' | ')} |`,
    `|---|${xs.map(() => '---|').join('')}`,
    ...lines.map(({ name, points }) => {
      const cells = xs.map((at) =>
        formatNumber(points.find((point) => point.x === at)?.y.median ?? Number.NaN),
      );
      return `| ${name} | ${cells.join(' | ')} |`;
    }),
  ].join('\n');
};

const formatSpread = (spread: Spread | undefined): string =>
  spread === undefined ? '' : [spread.min, spread.median, spread.max].map(formatNumber).join(' – ');
