import { FailureNote } from '../../frame/failureNote.tsx';
import { focusHeading } from '../../frame/pageFocus.ts';
import { LinkButton } from '../../parts/Button.tsx';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { Pager } from '../../parts/Pager.tsx';
import { SkeletonRows } from '../../parts/Skeleton.tsx';
import { useConsole } from '../console.ts';
import type { useList } from '../useList.ts';
import { BulkBar } from './bulkBar.tsx';
import { addressOf, allTasks, filtersOf, type TaskQuery } from './taskQuery.ts';
import type { Task } from './tasksApi.ts';
import { TaskTable } from './taskTable.tsx';
import { useTaskWords } from './taskWords.ts';
import type { Asked } from './useAsked.ts';

type TaskListProps = {
  readonly query: TaskQuery;
  readonly list: ReturnType<typeof useList<Task>>;
  readonly chosen: readonly Task[];
  readonly onTick: (id: string, isTicked: boolean) => void;
  readonly onTickAll: (isTicked: boolean) => void;
  readonly ask: (asked: Asked) => void;
  readonly isRetrying: boolean;
};

export const TaskList = ({ query, list, chosen, onTick, onTickAll, ...bar }: TaskListProps) => {
  const words = useTaskWords();
  const { state } = useConsole().words.value;
  const { items, nextCursor, failure, isLoading } = list;
  const isFiltered = filtersOf(query).length > 0;
  const retry = async () => {
    await list.load();
    focusHeading();
  };
  return (
    <section class="stack tight" aria-label={words.list}>
      <h2 data-list>{words.list}</h2>
      {failure === null ? null : (
        <FailureNote failure={failure} onRetry={() => void retry()} isRetrying={isLoading} />
      )}
      {items === null ? (
        failure === null ? (
          <SkeletonRows label={state.loading} rows={4} />
        ) : null
      ) : items.length === 0 ? (
        <EmptyState
          title={isFiltered ? words.nothingFound : words.empty}
          action={isFiltered ? <LinkButton href={addressOf(allTasks)}>{words.clear}</LinkButton> : undefined}
        >
          {isFiltered ? words.nothingFoundText : words.emptyText}
        </EmptyState>
      ) : (
        <div class="stack tight" aria-busy={isLoading ? 'true' : undefined}>
          <BulkBar query={query} tasks={items} chosen={chosen} onTickAll={onTickAll} {...bar} />
          <TaskTable
            tasks={items}
            query={query}
            ticked={new Set(chosen.map(({ id }) => id))}
            onTick={onTick}
            nowMs={Date.now()}
          />
        </div>
      )}
      <Pager
        label={words.list}
        first={
          query.cursor === null
            ? null
            : { href: addressOf({ ...query, cursor: null, task: null }), label: words.first }
        }
        next={
          nextCursor === null
            ? null
            : { href: addressOf({ ...query, cursor: nextCursor, task: null }), label: words.next }
        }
      />
    </section>
  );
};
