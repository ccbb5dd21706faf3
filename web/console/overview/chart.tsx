import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { useLanguage } from '../../parts/language.ts';
import { formatClock } from '../../shared/time.ts';
import type { linesOf } from './history.ts';

type ChartProps = {
  readonly lines: ReturnType<typeof linesOf>;
  /** What a reader of the screen hears in place of the lines. */
  readonly text: string;
  readonly names: { readonly finished: string; readonly ready: string };
};

const height = 160;

/** Throughput as a solid line, and what waits as a dashed one, each with a scale of its own. */
export const Chart = ({ lines, text, names }: ChartProps) => {
  const language = useLanguage();
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data: uPlot.AlignedData = [lines.times, lines.finished, lines.ready];

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(element, language, names), plot.current?.data ?? data, element);
    };
    draw();
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    // A canvas keeps the colours that it was drawn with.
    scheme.addEventListener('change', draw);
    const sizes = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    sizes.observe(element);
    return () => {
      scheme.removeEventListener('change', draw);
      sizes.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [language]);
  useEffect(() => plot.current?.setData(data), [lines]);
  return <div class="chart" ref={frame} role="img" aria-label={text} />;
};

/** The value of a colour of the page, which may be another one in the dark. */
const colourOf = (element: HTMLElement, token: string): string => {
  const probe = element.appendChild(document.createElement('i'));
  probe.style.color = `var(${token})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};

const optionsOf = (
  element: HTMLElement,
  language: ReturnType<typeof useLanguage>,
  names: ChartProps['names'],
): uPlot.Options => {
  const [brand, warn, soft, line] = ['--brand', '--warn', '--soft', '--line'].map((token) =>
    colourOf(element, token),
  ) as [string, string, string, string];
  const { fontFamily } = getComputedStyle(element);
  const number = new Intl.NumberFormat(language, { notation: 'compact' });
  const axis = {
    stroke: soft,
    font: `12px ${fontFamily}`,
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
  };
  const values = (_: uPlot, splits: readonly number[]) => splits.map((split) => number.format(split));
  // Whole tasks: no tick in between, and a flat line at the foot where nothing happens.
  const range = (_: uPlot, __: number, most: number | null): uPlot.Range.MinMax => [
    0,
    Math.max(4, (most ?? 0) * 1.1),
  ];
  const incrs = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6];
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: true }, y: { range }, ready: { range } },
    axes: [
      {
        ...axis,
        size: 28,
        space: 80,
        values: (_, splits) => splits.map((at) => formatClock(at * 1_000, language)),
      },
      { ...axis, size: 40, incrs, values, stroke: brand },
      { ...axis, size: 40, incrs, values, stroke: warn, scale: 'ready', side: 1, grid: { show: false } },
    ],
    series: [
      {},
      { label: names.finished, stroke: brand, width: 2, points: { show: false } },
      { label: names.ready, stroke: warn, width: 2, dash: [6, 4], scale: 'ready', points: { show: false } },
    ],
  };
};
