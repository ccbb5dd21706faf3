import { queryOf } from '../../shared/query.ts';
import { type TaskListQuery, taskStates } from './tasksApi.ts';

/** What the page shows. All of it is in the address, so Back, reload and a sent link show the same. */
export type TaskQuery = TaskListQuery & {
  /** The task that is open over the list. */
  readonly task: string | null;
};

const filterNames = ['state', 'pipeline', 'step', 'error', 'orderId'] as const;
export type FilterName = (typeof filterNames)[number];

export const allTasks: TaskQuery = {
  state: null,
  pipeline: null,
  step: null,
  error: null,
  orderId: null,
  cursor: null,
  task: null,
};

const tasksPath = '/console/tasks';

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
export const isId = (text: string): boolean => uuid.test(text);

const name = /^[a-z][a-z0-9_]{0,63}$/;

/** What of an address the API could mean. The rest is left out: nobody could have got it from us. */
export const readTaskQuery = (address: Readonly<Record<string, string | undefined>>): TaskQuery => {
  const read = (key: keyof TaskQuery, isMeant: (text: string) => boolean): string | null => {
    const text = address[key];
    return text !== undefined && text !== '' && isMeant(text) ? text : null;
  };
  return {
    state: taskStates.find((state) => state === address.state) ?? null,
    pipeline: read('pipeline', (text) => name.test(text)),
    step: read('step', (text) => name.test(text)),
    error: read('error', (text) => !text.includes('\0')),
    orderId: read('orderId', isId)?.toLowerCase() ?? null,
    cursor: read('cursor', () => true),
    task: read('task', isId)?.toLowerCase() ?? null,
  };
};

export const addressOf = (query: TaskQuery): string => tasksPath + queryOf(query);

/** Another filter shows its list from the start. */
export const withFilter = (query: TaskQuery, change: Partial<Pick<TaskQuery, FilterName>>): TaskQuery => ({
  ...query,
  cursor: null,
  task: null,
  ...change,
});

/** The filters that are set, in the order in which they are shown. */
export const filtersOf = (
  query: TaskQuery,
): readonly { readonly name: FilterName; readonly value: string }[] =>
  filterNames.flatMap((each) => {
    const value = query[each];
    return value === null ? [] : [{ name: each, value }];
  });
