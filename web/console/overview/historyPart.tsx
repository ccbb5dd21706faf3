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
  return (
    <section class="card stack" aria-labelledby="history" aria-busy={isLoading && value === null}>
      <h2 id="history">{chart.title}</h2>
      {failure === null ? null : (
        <FailureNote failure={failure} onRetry={() => void load()} isRetrying={isLoading} />
      )}
      {slots === null || lines === null ? (
        failure === null ? (
          <div class="chart skeleton" />
        ) : null
      ) : (
        <>
          <dl class="row legend">
            <div>
              <dt class="solid">{chart.finished}</dt>
              <dd class="small soft">
                {queue === null ? null : `${chart.finishedNow(format(queue.finishedPerSecond))}, `}
                {chart.mostInSlot(format(mostFinishedOf(slots)))}
              </dd>
            </div>
            <div>
              <dt class="dashed">{chart.ready}</dt>
              <dd class="small soft">
                {queue === null ? null : `${chart.readyNow(format(queue.totals.ready))}, `}
                {chart.most(format(mostReadyOf(slots)))}
              </dd>
            </div>
          </dl>
          <LazyChart
            lines={lines}
            names={chart}
            text={chart.text(format(finishedOf(slots)), format(mostReadyOf(slots)))}
          />
          {finishedOf(slots) === 0 ? <p class="soft">{chart.quiet}</p> : null}
          <details>
            <summary>{chart.table}</summary>
            <Table
              caption={chart.caption}
              rows={rowsOf(slots)}
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
        </>
      )}
    </section>
  );
};
