import { Button } from '../../parts/Button.tsx';
import { Copy } from '../../parts/Copy.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { Status } from '../../parts/Status.tsx';
import { Time } from '../../parts/Time.tsx';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';
import { canRetry, canSkip } from './movable.ts';
import { addressOf, allTasks } from './taskQuery.ts';
import type { Task } from './tasksApi.ts';
import { orderPath, stateTones } from './taskTable.tsx';
import { useTaskWords } from './taskWords.ts';

type TaskDialogProps = {
  readonly isOpen: boolean;
  /** Null if the list does not have it any more. */
  readonly task: Task | null;
  readonly onRetry: (task: Task) => void;
  readonly onSkip: (task: Task) => void;
  readonly onClose: () => void;
};

/** One task: all that is known of it, and what can be done. */
export const TaskDialog = ({ isOpen, task, onRetry, onSkip, onClose }: TaskDialogProps) => {
  const words = useTaskWords();
  return (
    <Dialog
      isOpen={isOpen}
      title={task === null ? words.taskGone : words.step(task.step)}
      closeLabel={words.close}
      onClose={onClose}
      actions={
        task === null ? (
          <Button onPress={onClose}>{words.close}</Button>
        ) : (
          <>
            {canSkip(task) ? (
              <Allowed needs="queue:write" onPress={() => onSkip(task)}>
                {words.skip}
              </Allowed>
            ) : null}
            {canRetry(task) ? (
              <Allowed needs="queue:write" look="main" onPress={() => onRetry(task)}>
                {words.retry}
              </Allowed>
            ) : null}
          </>
        )
      }
    >
      {task === null ? <p>{words.taskGoneText}</p> : <Facts task={task} />}
    </Dialog>
  );
};

const Facts = ({ task }: { readonly task: Task }) => {
  const words = useTaskWords();
  const copyWords = useConsole().words.value.frame;
  const { id, checkoutId, orderIds, jobId, pipeline, step, state, attempts, lastError, runAt } = task;
  const facts = [
    {
      label: words.columns.state,
      value: <Status tone={stateTones[state]}>{words.states[state]}</Status>,
    },
    { label: words.filterNames.pipeline, value: words.pipeline(pipeline) },
    {
      label: words.columns.orders,
      value:
        orderIds.length === 0
          ? words.noOrder
          : orderIds.map((order) => (
              <div key={order}>
                <a href={orderPath(order)}>{order}</a>
              </div>
            )),
    },
    ...(checkoutId === null
      ? []
      : [{ label: words.checkout, value: <Copy text={checkoutId} words={copyWords} /> }]),
    ...(jobId === null ? [] : [{ label: words.job, value: <Copy text={jobId} words={copyWords} /> }]),
    { label: words.task, value: <Copy text={id} words={copyWords} /> },
    { label: words.columns.attempts, value: words.number(attempts) },
    { label: words.time, value: <Time at={runAt} /> },
  ];
  return (
    <>
      <dl class="facts">
        {facts.map(({ label, value }) => (
          <div key={label}>
            <dt class="small soft">{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {lastError === null ? null : (
        <div class="stack tight">
          <span class="small soft">{words.wholeError}</span>
          <p class="whole">{lastError}</p>
          <a href={addressOf({ ...allTasks, state, pipeline, step, error: lastError })}>{words.sameError}</a>
        </div>
      )}
    </>
  );
};
