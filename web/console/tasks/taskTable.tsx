import { Checkbox } from '../../parts/Checkbox.tsx';
import { Status, type Tone } from '../../parts/Status.tsx';
import { Table } from '../../parts/Table.tsx';
import { Time } from '../../parts/Time.tsx';
import { addressOf, type TaskQuery } from './taskQuery.ts';
import type { Task, TaskState } from './tasksApi.ts';
import { useTaskWords } from './taskWords.ts';

export const stateTones: Readonly<Record<TaskState, Tone>> = {
  ready: 'calm',
  running: 'busy',
  waiting: 'busy',
  paused: 'warn',
  failed: 'bad',
};

export const orderPath = (id: string): string => `/console/orders/${encodeURIComponent(id)}`;

/** The end of an id tells tasks of one moment apart; its beginning is the time. */
const shortId = (id: string): string => `…${id.slice(-6)}`;

type TaskTableProps = {
  readonly tasks: readonly Task[];
  readonly query: TaskQuery;
  readonly ticked: ReadonlySet<string>;
  readonly onTick: (id: string, isTicked: boolean) => void;
  readonly nowMs: number;
};

export const TaskTable = ({ tasks, query, ticked, onTick, nowMs }: TaskTableProps) => {
  const words = useTaskWords();
  const { columns } = words;
  return (
    <Table<Task>
      caption={words.list}
      isCaptionHidden
      rows={tasks}
      keyOf={({ id }) => id}
      columns={[
        {
          key: 'tick',
          head: columns.tick,
          cell: ({ id, step, orderIds: [order] }) => (
            <Checkbox
              isLabelHidden
              label={words.tick(words.step(step), order === undefined ? shortId(id) : shortId(order))}
              checked={ticked.has(id)}
              onChange={(isTicked) => onTick(id, isTicked)}
            />
          ),
        },
        {
          key: 'step',
          head: columns.task,
          cell: ({ id, step, pipeline }) => (
            <>
              <a href={addressOf({ ...query, task: id })}>{words.step(step)}</a>
              <span class="small soft">{words.pipeline(pipeline)}</span>
            </>
          ),
        },
        {
          key: 'state',
          head: columns.state,
          cell: ({ state }) => <Status tone={stateTones[state]}>{words.states[state]}</Status>,
        },
        { key: 'order', head: columns.orders, cell: (task) => <Orders task={task} /> },
        {
          key: 'attempts',
          head: columns.attempts,
          isNumber: true,
          cell: ({ attempts }) => words.number(attempts),
        },
        {
          key: 'error',
          head: columns.error,
          cell: ({ lastError }) =>
            lastError === null ? <span class="soft">–</span> : <span class="small clip">{lastError}</span>,
        },
        { key: 'time', head: columns.time, cell: ({ runAt }) => <Time at={runAt} now={nowMs} /> },
      ]}
    />
  );
};

const Orders = ({ task: { orderIds } }: { readonly task: Task }) => {
  const words = useTaskWords();
  const [first, ...others] = orderIds;
  if (first === undefined) return <span class="soft">{words.noOrder}</span>;
  return (
    <>
      <a class="num" href={orderPath(first)}>
        {shortId(first)}
      </a>
      {others.length === 0 ? null : <span class="small soft">{words.moreOrders(others.length)}</span>}
    </>
  );
};
