import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shownNumber } from './rounds.ts';
import type { Curve, MatchResult, Report, Spread } from './row.ts';

/** One SVG a match and one a curve, named after them: `results/<row>.<match>.svg`. */
export const drawCharts = (folder: string, row: string, { matches, curves = [] }: Report): void => {
  const write = (name: string, svg: string) => writeFileSync(join(folder, `${row}.${name}.svg`), svg);
  for (const match of matches) write(match.name, barChart(match));
  for (const curve of curves) write(curve.name, curveChart(curve));
};

const width = 720;
const bar = { left: 260, right: 110, top: 46, height: 24, gap: 14 };

/** A bar a contender, as long as its median, with a whisker from its least to its most. */
const barChart = ({ title, figure, unit, better, ours, peers, quoted = [] }: MatchResult): string => {
  const quotes = quoted.map(({ name, value }) => ({
    name: `${name} (quoted)`,
    value: flat(value),
    own: false,
  }));
  const bars = [
    ...[ours, ...peers].map((one) => ({
      name: one.name,
      value: one.figures[figure] ?? flat(0),
      own: one === ours,
    })),
    ...quotes,
  ];
  const most = Math.max(...bars.map(({ value }) => value.max)) || 1;
  const x = (value: number) => bar.left + (value / most) * (width - bar.left - bar.right);
  const drawn = bars.map(({ name, value, own }, index) => {
    const y = bar.top + index * (bar.height + bar.gap);
    const middle = y + bar.height / 2;
    return [
      text(bar.left - 10, middle + 4, name, 'end', own ? 'strong' : ''),
      `<rect class="${own ? 'own' : 'peer'}" x="${bar.left}" y="${y}" width="${fixed(x(value.median) - bar.left)}" height="${bar.height}" rx="3"/>`,
      `<path class="whisker" d="M${fixed(x(value.min))} ${middle}H${fixed(x(value.max))}"/>`,
      text(x(value.max) + 8, middle + 4, shownNumber(value.median), 'start', own ? 'strong' : ''),
    ].join('\n');
  });
  const height = bar.top + bars.length * (bar.height + bar.gap) + 10;
  return svg(height, title, `${unit}, ${better} is better`, drawn);
};

const plot = { left: 70, right: 150, top: 56, bottom: 46, height: 340 };

/** A line a contender over the amount of work. */
const curveChart = ({ title, x, y, lines }: Curve): string => {
  const points = lines.flatMap((line) => line.points);
  const most = Math.max(...points.map((point) => point.y.max)) || 1;
  const place = (value: number) => (x.logarithmic ? Math.log10(value) : value);
  const from = Math.min(...points.map((point) => place(point.x)));
  const to = Math.max(...points.map((point) => place(point.x)));
  const across = (value: number) =>
    plot.left + ((place(value) - from) / (to - from || 1)) * (width - plot.left - plot.right);
  const bottom = plot.height - plot.bottom;
  const up = (value: number) => bottom - (value / most) * (bottom - plot.top);

  const ticks = [...new Set(points.map((point) => point.x))].map((at) =>
    text(across(at), bottom + 18, shownNumber(at), 'middle'),
  );
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const level = fixed(up(part * most));
    return `<path class="grid" d="M${plot.left} ${level}H${width - plot.right}"/>\n${text(plot.left - 8, Number(level) + 4, shownNumber(part * most), 'end')}`;
  });
  const drawn = lines.map(({ name, points: own }, index) => {
    const path = own.map(
      (point, at) => `${at === 0 ? 'M' : 'L'}${fixed(across(point.x))} ${fixed(up(point.y.median))}`,
    );
    const last = own.at(-1);
    return [
      `<path class="line line${index}" d="${path.join('')}"/>`,
      ...own.map(
        (point) =>
          `<circle class="dot${index}" cx="${fixed(across(point.x))}" cy="${fixed(up(point.y.median))}" r="3.5"/>`,
      ),
      last === undefined
        ? ''
        : text(across(last.x) + 10, up(last.y.median) + 4, name, 'start', index === 0 ? 'strong' : ''),
    ].join('\n');
  });
  const label = text((plot.left + width - plot.right) / 2, plot.height - 8, x.label, 'middle');
  return svg(plot.height, title, y.label, [...grid, ...ticks, label, ...drawn]);
};

/** Colours that are read on white and on black, as the reader's system has it. */
const style = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 } .strong { font-weight: 600 } .faint { fill: #57606a }
  .own { fill: #0969da } .peer { fill: #afb8c1 } .whisker { stroke: #24292f; stroke-width: 1.5 }
  .grid { stroke: #d0d7de } .line { fill: none; stroke-width: 2 }
  .line0 { stroke: #0969da } .line1 { stroke: #cf222e } .line2 { stroke: #8250df } .line3 { stroke: #9a6700 } .line4 { stroke: #1a7f37 }
  .dot0 { fill: #0969da } .dot1 { fill: #cf222e } .dot2 { fill: #8250df } .dot3 { fill: #9a6700 } .dot4 { fill: #1a7f37 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .faint { fill: #8d96a0 } .own { fill: #4493f8 } .peer { fill: #59636e }
    .whisker { stroke: #e6edf3 } .grid { stroke: #30363d }
    .line0 { stroke: #4493f8 } .line1 { stroke: #ff7b72 } .line2 { stroke: #d2a8ff } .line3 { stroke: #e3b341 } .line4 { stroke: #56d364 }
    .dot0 { fill: #4493f8 } .dot1 { fill: #ff7b72 } .dot2 { fill: #d2a8ff } .dot3 { fill: #e3b341 } .dot4 { fill: #56d364 }
  }`;

const svg = (height: number, title: string, subtitle: string, parts: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${style}\n</style>`,
    text(12, 20, title, 'start', 'title'),
    text(12, 37, subtitle, 'start', 'faint'),
    ...parts,
    '</svg>\n',
  ].join('\n');

const text = (x: number, y: number, words: string, anchor: string, look = ''): string =>
  `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}"${look === '' ? '' : ` class="${look}"`}>${escaped(words)}</text>`;

const escaped = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const fixed = (value: number): string => value.toFixed(1);

const flat = (value: number): Spread => ({ min: value, median: value, max: value });
