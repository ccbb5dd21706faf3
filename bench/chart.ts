import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatNumber } from './rounds.ts';
import type { Curve, MatchResult, Report, Spread } from './row.ts';

/** Writes one SVG for each match and curve: `results/<row>.<match>.svg`. */
export const drawCharts = (folder: string, row: string, { matches, curves = [] }: Report): void => {
  const write = (name: string, svg: string) => writeFileSync(join(folder, `${row}.${name}.svg`), svg);
  for (const match of matches) write(match.name, barChart(match));
  for (const curve of curves) write(curve.name, curveChart(curve));
};

const width = 720;
const bar = { left: 260, right: 110, top: 46, height: 24, gap: 14 };

/** One bar for each contender, as long as its median, with a whisker from its minimum to its maximum. */
const barChart = ({ title, figure, unit, better, ours, peers, quoted = [] }: MatchResult): string => {
  const quotedBars = quoted.map(({ name, value }) => ({
    name: `${name} (quoted)`,
    value: singleValue(value),
    isOurs: false,
  }));
  const bars = [
    ...[ours, ...peers].map((one) => ({
      name: one.name,
      value: one.figures[figure] ?? singleValue(0),
      isOurs: one === ours,
    })),
    ...quotedBars,
  ];
  const max = Math.max(...bars.map(({ value }) => value.max)) || 1;
  const x = (value: number) => bar.left + (value / max) * (width - bar.left - bar.right);
  const drawn = bars.map(({ name, value, isOurs }, index) => {
    const y = bar.top + index * (bar.height + bar.gap);
    const middle = y + bar.height / 2;
    return [
      text(bar.left - 10, middle + 4, name, 'end', isOurs ? 'strong' : ''),
      `<rect class="${isOurs ? 'own' : 'peer'}" x="${bar.left}" y="${y}" width="${toFixed(x(value.median) - bar.left)}" height="${bar.height}" rx="3"/>`,
      `<path class="whisker" d="M${toFixed(x(value.min))} ${middle}H${toFixed(x(value.max))}"/>`,
      text(x(value.max) + 8, middle + 4, formatNumber(value.median), 'start', isOurs ? 'strong' : ''),
    ].join('\n');
  });
  const height = bar.top + bars.length * (bar.height + bar.gap) + 10;
  return svg(height, title, `${unit}, ${better} is better`, drawn);
};

const plot = { left: 70, right: 150, top: 56, bottom: 46, height: 340 };

/** One line for each contender. */
const curveChart = ({ title, x, y, lines }: Curve): string => {
  const points = lines.flatMap((line) => line.points);
  const max = Math.max(...points.map((point) => point.y.max)) || 1;
  const project = (value: number) => (x.logarithmic ? Math.log10(value) : value);
  const from = Math.min(...points.map((point) => project(point.x)));
  const to = Math.max(...points.map((point) => project(point.x)));
  const xOf = (value: number) =>
    plot.left + ((project(value) - from) / (to - from || 1)) * (width - plot.left - plot.right);
  const bottom = plot.height - plot.bottom;
  const yOf = (value: number) => bottom - (value / max) * (bottom - plot.top);

  const ticks = [...new Set(points.map((point) => point.x))].map((at) =>
    text(xOf(at), bottom + 18, formatNumber(at), 'middle'),
  );
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const level = toFixed(yOf(part * max));
    return `<path class="grid" d="M${plot.left} ${level}H${width - plot.right}"/>\n${text(plot.left - 8, Number(level) + 4, formatNumber(part * max), 'end')}`;
  });
  const drawn = lines.map(({ name, points: own }, index) => {
    const path = own.map(
      (point, at) => `${at === 0 ? 'M' : 'L'}${toFixed(xOf(point.x))} ${toFixed(yOf(point.y.median))}`,
    );
    const last = own.at(-1);
    return [
      `<path class="line line${index}" d="${path.join('')}"/>`,
      ...own.map(
        (point) =>
          `<circle class="dot${index}" cx="${toFixed(xOf(point.x))}" cy="${toFixed(yOf(point.y.median))}" r="3.5"/>`,
      ),
      last === undefined
        ? ''
        : text(xOf(last.x) + 10, yOf(last.y.median) + 4, name, 'start', index === 0 ? 'strong' : ''),
    ].join('\n');
  });
  const label = text((plot.left + width - plot.right) / 2, plot.height - 8, x.label, 'middle');
  return svg(plot.height, title, y.label, [...grid, ...ticks, label, ...drawn]);
};

/** Colours for a light and a dark background, chosen by the reader's system. */
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
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<style>${style}\n</style>`,
    text(12, 20, title, 'start', 'title'),
    text(12, 37, subtitle, 'start', 'faint'),
    ...parts,
    '</svg>\n',
  ].join('\n');

const text = (x: number, y: number, content: string, anchor: string, className = ''): string =>
  `<text x="${toFixed(x)}" y="${toFixed(y)}" text-anchor="${anchor}"${className === '' ? '' : ` class="${className}"`}>${escapeXml(content)}</text>`;

const escapeXml = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const toFixed = (value: number): string => value.toFixed(1);

const singleValue = (value: number): Spread => ({ min: value, median: value, max: value });
