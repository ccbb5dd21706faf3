import { RetryDialog, SkipDialog } from './chosenDialogs.tsx';
import { PauseDialog } from './pauseDialog.tsx';
import { RetryAllDialog } from './retryAll.tsx';
import type { RetryRuns } from './retryRun.ts';
import { TaskDialog } from './taskDialog.tsx';
import type { Task, TasksApi } from './tasksApi.ts';
import type { Asked } from './useAsked.ts';

type TaskDialogsProps = {
  readonly api: TasksApi;
  readonly runs: RetryRuns;
  readonly asked: Asked | null;
  readonly isTaskOpen: boolean;
  /** Null if the list does not have it any more. */
  readonly task: Task | null;
  readonly onAskOfTask: (kind: 'retry' | 'skip', task: Task) => void;
  readonly onCloseTask: () => void;
  readonly onClose: () => void;
  readonly onDone: (tasks: readonly Task[]) => void;
};

/** All dialogs of the page. At most one is open. */
export const TaskDialogs = ({
  api,
  runs,
  asked,
  isTaskOpen,
  task,
  onAskOfTask,
  onCloseTask,
  onClose,
  onDone,
}: TaskDialogsProps) => {
  const shared = { api, onClose };
  return (
    <>
      <TaskDialog
        isOpen={isTaskOpen}
        task={task}
        onRetry={(one) => onAskOfTask('retry', one)}
        onSkip={(one) => onAskOfTask('skip', one)}
        onClose={onCloseTask}
      />
      <RetryDialog {...shared} tasks={asked?.kind === 'retry' ? asked.tasks : null} onDone={onDone} />
      <SkipDialog {...shared} tasks={asked?.kind === 'skip' ? asked.tasks : null} onDone={onDone} />
      <RetryAllDialog {...shared} runs={runs} filter={asked?.kind === 'all' ? asked.filter : null} />
      <PauseDialog {...shared} asked={asked?.kind === 'pause' ? asked : null} onDone={() => onDone([])} />
    </>
  );
};
