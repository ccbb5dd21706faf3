import { Checkbox } from '../../parts/Checkbox.tsx';
import { Allowed } from '../allowed.tsx';
import { canRetry, canSkip } from './movable.ts';
import type { TaskQuery } from './taskQuery.ts';
import type { RetryFilter, Task } from './tasksApi.ts';
import { useTaskWords } from './taskWords.ts';
import type { Asked } from './useAsked.ts';

type BulkBarProps = {
  readonly query: TaskQuery;
  readonly tasks: readonly Task[];
  readonly chosen: readonly Task[];
  readonly onTickAll: (isTicked: boolean) => void;
  readonly ask: (asked: Asked) => void;
  /** A retry of all that match is under way. */
  readonly isRetrying: boolean;
};

/** Over the table: what can be done with the rows that are ticked, and with all that match. */
export const BulkBar = ({ query, tasks, chosen, onTickAll, ask, isRetrying }: BulkBarProps) => {
  const words = useTaskWords();
  const retried = chosen.filter(canRetry);
  const skipped = chosen.filter(canSkip);
  return (
    <div class="row between bulk">
      <Checkbox
        label={chosen.length === 0 ? words.all : words.chosen(chosen.length)}
        checked={chosen.length === tasks.length}
        mixed={chosen.length > 0 && chosen.length < tasks.length}
        onChange={onTickAll}
      />
      {chosen.length > 0 ? (
        <div class="row">
          <Allowed
            needs="queue:write"
            look="main"
            blocked={retried.length === 0 ? words.noneRetried : undefined}
            onPress={() => ask({ kind: 'retry', tasks: retried })}
          >
            {words.retryChosen(retried.length)}
          </Allowed>
          <Allowed
            needs="queue:write"
            blocked={skipped.length === 0 ? words.noneSkipped : undefined}
            onPress={() => ask({ kind: 'skip', tasks: skipped })}
          >
            {words.skip}
          </Allowed>
        </div>
      ) : (
        <RetryAllButton query={query} ask={ask} isRetrying={isRetrying} />
      )}
    </div>
  );
};

const RetryAllButton = ({ query, ask, isRetrying }: Pick<BulkBarProps, 'query' | 'ask' | 'isRetrying'>) => {
  const words = useTaskWords();
  const filter = retryFilterOf(query);
  const reason =
    query.orderId !== null ? words.retryAllOrder : filter === null ? words.retryAllHint : undefined;
  return (
    <div class="row">
      <Allowed
        needs="queue:write"
        busy={isRetrying}
        blocked={reason}
        onPress={() => {
          if (filter !== null) ask({ kind: 'all', filter });
        }}
      >
        {words.retryAll}
      </Allowed>
    </div>
  );
};

/** Null where the tasks that are shown are not those that a retry takes up. */
const retryFilterOf = ({ state, pipeline, step, error }: TaskQuery): RetryFilter | null =>
  state === 'failed' || state === 'waiting' ? { state, pipeline, step, error } : null;
