import { FailureNote } from '../../frame/failureNote.tsx';
import { LinkButton } from '../../parts/Button.tsx';
import { Status } from '../../parts/Status.tsx';
import { Table } from '../../parts/Table.tsx';
import { formatCount } from '../../shared/money.ts';
import { queryOf } from '../../shared/query.ts';
import type { Failures } from '../../shared/types.ts';
import type { OverviewWords } from '../../words/consoleEnOverview.ts';
import { useConsole } from '../console.ts';
import { useAsked } from '../useAsked.ts';

/** What fits above the fold. The page of the tasks has all. */
const groupsMax = 8;

/** What failed, in groups that one answer may mend: each leads to its tasks. */
export const FailuresPart = ({ words: { failures, names } }: { readonly words: OverviewWords }) => {
  const { language, live } = useConsole();
  // Asked again when the number of failed tasks is another.
  const change = live.queue.value?.totals.failed ?? '';
  const { value, failure, isLoading, load } = useAsked<Failures>('/queue/failures', { change });
  const format = (number: number) => formatCount(number, language.value);
  const groups = value?.items ?? [];
  return (
    <section class="stack" aria-labelledby="failures" aria-busy={isLoading && value === null}>
      <h2 id="failures">{failures.title}</h2>
      {failure === null ? null : (
        <FailureNote failure={failure} onRetry={() => void load()} isRetrying={isLoading} />
      )}
      {value === null ? (
        failure === null ? (
          <span class="skeleton line" />
        ) : null
      ) : groups.length === 0 ? (
        <Status tone="good">{failures.none}</Status>
      ) : (
        <>
          <Table
            caption={failures.caption}
            isCaptionHidden
            rows={groups.slice(0, groupsMax)}
            keyOf={({ pipeline, step, error }) => `${pipeline} ${step} ${error}`}
            columns={[
              { key: 'pipeline', head: failures.pipeline, cell: ({ pipeline }) => names.pipeline(pipeline) },
              { key: 'step', head: failures.step, cell: ({ step }) => names.step(step) },
              { key: 'error', head: failures.error, cell: ({ error }) => error },
              {
                key: 'tasks',
                head: failures.tasks,
                isNumber: true,
                cell: ({ pipeline, step, error, tasks }) => (
                  <a
                    href={`/console/tasks${queryOf({ state: 'failed', pipeline, step, error })}`}
                    aria-label={failures.show(format(tasks), names.pipeline(pipeline), names.step(step))}
                  >
                    {format(tasks)}
                  </a>
                ),
              },
            ]}
          />
          <div>
            <LinkButton href="/console/tasks?state=failed">
              {groups.length > groupsMax ? failures.more(groups.length - groupsMax) : failures.all}
            </LinkButton>
          </div>
        </>
      )}
    </section>
  );
};
