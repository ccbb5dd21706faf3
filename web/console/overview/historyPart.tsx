import { useMemo } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { createLazyPart } from '../../frame/lazyPart.tsx';
import { Table } from '../../parts/Table.tsx';
import { formatClock } from '../../shared/time.ts';
import type { QueueHistory } from '../../shared/types.ts';
import type { OverviewWords } from '../../words/consoleEnOverview.ts';
import { useConsole } from '../console.ts';
import { useAsked } from '../useAsked.ts';
import { finishedOf, linesOf, mostFinishedOf, mostReadyOf, rowsOf } from './history.ts';

/** The chart's library is larger than the rest of the page. The numbers are there without it. */
const LazyChart = createLazyPart(
  async () => (await import('./chart.tsx')).Chart,
  () => <div class="chart skeleton" />,
);

/** Holds the line until there is something to say, so that nothing moves then. */
const space = '\u00a0';

/** As long as a slot of the history. */
const everyMs = 10_000;

/** Throughput and backlog of the last hour, as a chart and as a table of the same numbers. */
export const HistoryPart = ({ words: { chart } }: { readonly words: OverviewWords }) => {
  const { language, live } = useConsole();
  const { value, failure, isLoading, load } = useAsked<QueueHistory>('/queue/history', { everyMs });
  const slots = value?.items ?? null;
  const lines = useMemo(() => (slots === null ? null : linesOf(slots)), [slots]);
  const format = (number: number) =>
    new Intl.NumberFormat(language.value, { maximumFractionDigits: 2 }).format(number);
  const queue = live.queue.value;
  const finishedText = (of: QueueHistory['items']): string =>
    finishedOf(of) === 0
      ? chart.quiet
      : [
          ...(queue === null ? [] : [chart.finishedNow(format(queue.finishedPerSecond))]),
          chart.mostInSlot(format(mostFinishedOf(of))),
        ].join(', ');
  const readyText = (of: QueueHistory['items']): string =>
    [
      ...(queue === null ? [] : [chart.readyNow(format(queue.totals.ready))]),
      chart.most(format(mostReadyOf(of))),
    ].join(', ');
  return (
    <section class="card stack" aria-labelledby="history" aria-busy={isLoading && value === null}>
      <h2 id="history">{chart.title}</h2>
      {failure === null ? null : (
        <FailureNote failure={failure} onRetry={() => void load()} isRetrying={isLoading} />
      )}
      <dl class="row legend">
        <div>
          <dt class="solid">{chart.finished}</dt>
          <dd class="small soft">{slots === null ? space : finishedText(slots)}</dd>
        </div>
        <div>
          <dt class="dashed">{chart.ready}</dt>
          <dd class="small soft">{slots === null ? space : readyText(slots)}</dd>
        </div>
      </dl>
      {slots === null || lines === null ? (
        <div class={failure === null ? 'chart skeleton' : 'chart'} />
      ) : (
        <LazyChart
          lines={lines}
          names={chart}
          text={chart.text(format(finishedOf(slots)), format(mostReadyOf(slots)))}
        />
      )}
      <details>
        <summary>{chart.table}</summary>
        <Table
          caption={chart.caption}
          isCaptionHidden
          rows={slots === null ? [] : rowsOf(slots)}
          keyOf={({ at }) => at}
          columns={[
            { key: 'at', head: chart.time, cell: ({ at }) => formatClock(at, language.value) },
            {
              key: 'finished',
              head: chart.finished,
              isNumber: true,
              cell: ({ finished }) => format(finished),
            },
            {
              key: 'ready',
              head: chart.atEnd,
              isNumber: true,
              cell: ({ ready }) => (ready === null ? chart.unknown : format(ready)),
            },
          ]}
        />
      </details>
    </section>
  );
};
