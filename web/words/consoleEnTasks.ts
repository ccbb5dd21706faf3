import { consoleEnSteps } from './consoleEnSteps.ts';

const states = {
  ready: 'Ready',
  running: 'Running',
  waiting: 'Waiting',
  paused: 'Paused',
  failed: 'Failed',
};

const tasks = (count: number): string => (count === 1 ? '1 task' : `${count.toLocaleString('en')} tasks`);
const number = (count: number): string => count.toLocaleString('en');

/** What the console’s page of tasks says in English. Other languages have the same members, or do not compile. */
export const consoleEnTasks = {
  title: 'Tasks',
  number,
  states,
  ...consoleEnSteps,
  filters: 'Filters',
  filterNames: {
    state: 'State',
    pipeline: 'Pipeline',
    step: 'Step',
    error: 'Error',
    orderId: 'Order',
  },
  any: 'Any',
  order: 'Order id',
  orderProblem: 'An order id has 36 characters, such as 01980a4f-02aa-7e44-b1d2-6c8e0f1a2b34.',
  showOrder: 'Show',
  removeFilter: (filter: string): string => `Remove the filter ${filter}`,
  clear: 'Remove all filters',
  list: 'Unfinished tasks',
  columns: {
    tick: 'Select',
    task: 'Step',
    state: 'State',
    orders: 'Order',
    attempts: 'Failed attempts',
    error: 'Last error',
    time: 'Time',
  },
  noOrder: 'No order',
  moreOrders: (count: number): string => `and ${number(count)} more`,
  empty: 'There are no unfinished tasks',
  emptyText: 'Every paid order has been worked through.',
  nothingFound: 'No task matches',
  nothingFoundText: 'It may be done by now. Remove a filter to see more.',
  next: 'Next page',
  first: 'First page',

  groups: 'Failed, by what went wrong',
  otherGroups: (count: number): string => (count === 1 ? 'Show 1 other group' : `Show ${count} other groups`),
  group: (count: number): string => `${number(count)} failed`,

  chosen: (count: number): string => (count === 1 ? '1 task selected' : `${number(count)} tasks selected`),
  all: 'Select all on this page',
  tick: (step: string, order: string): string => `Select ${step}, ${order}`,
  retry: 'Retry',
  retryChosen: (count: number): string => `Retry ${tasks(count)}`,
  skip: 'Leave the step out',
  noneRetried: 'None of them has failed or waits, so there is nothing to retry.',
  noneSkipped: 'All of them are paused. End the pause first.',
  chooseFirst: 'Select tasks first.',
  retryAsk: (count: number): string => `Retry ${tasks(count)}?`,
  retryText: 'A failed task goes on at the step that failed. One that waits is tried now.',
  retried: (count: number): string =>
    count === 1 ? '1 task is tried again.' : `${number(count)} tasks are tried again.`,
  othersMoved: (count: number): string =>
    count === 1
      ? '1 had moved on already: another operator was quicker, or it went on by itself.'
      : `${number(count)} had moved on already: another operator was quicker, or they went on by themselves.`,
  cancel: 'Cancel',

  retryAll: 'Retry all that match',
  retryAllHint: 'Filter by “Failed” or “Waiting” to retry all that match.',
  retryAllOrder: 'One order has few tasks: select them in the list.',
  counting: (count: number): string => (count === 0 ? 'Counting' : `Counting: ${number(count)}`),
  retryAllNone: 'Nothing matches any more',
  retryAllNoneText: 'Another operator was quicker, or the tasks went on by themselves.',
  retryAllAsk: (count: number): string => `Retry all ${tasks(count)}?`,
  retryAllText: 'These are retried, and none that comes later. You may leave this page meanwhile.',
  retryAllCut: (count: number): string => `There are more. The oldest ${number(count)} are retried first.`,
  running: (count: number): string => `${tasks(count)} are being retried`,
  progress: (done: number, count: number): string => `${number(done)} of ${number(count)}`,
  runningText: 'You may leave this page. It goes on, and is found here again.',
  watchedText: 'This was begun earlier, or its answer did not arrive. It is looked at until it ends.',
  ended: (count: number): string =>
    count === 1 ? '1 task is tried again.' : `${number(count)} tasks are tried again.`,
  endedLess: (count: number): string =>
    `${number(count)} had moved on already: another operator was quicker, or they went on by themselves.`,
  stopped: (left: number): string => `It has stopped: ${tasks(left)} still failed, or failed again.`,
  stoppedUnknown: 'It cannot be seen how far it came.',
  goOn: 'Retry the rest',
  closeRun: 'Close',

  skipAsk: (count: number): string => `Leave the step of ${tasks(count)} out?`,
  skipText:
    'The tasks go on with their next step. The history of each order says that the step was left out.',
  skipDanger: 'What the step would have done is not done: no mail is sent, no carrier is asked.',
  reason: 'Reason',
  reasonHint: 'It is kept with your name, for those who ask later.',
  reasonProblem: 'Say why, in a few words.',
  skipped: (count: number): string =>
    count === 1 ? 'The step of 1 task was left out.' : `The steps of ${number(count)} tasks were left out.`,
  notSkippable: (step: string): string =>
    `The step “${step}” cannot be left out: no order can go on without it.`,

  pauses: 'Pauses',
  noPauses: 'Nothing is paused.',
  pause: 'Pause',
  pauseTasks: 'Pause tasks',
  pauseTitle: 'Pause a pipeline or a step',
  pauseText: 'Tasks there wait, and nothing is counted against them. What has begun is finished.',
  pausePipeline: 'Pipeline',
  pauseStep: 'Step',
  everyStep: 'Every step',
  paused: (what: string): string => `${what} is paused.`,
  origins: { operator: 'By an operator', fault: 'A server does not answer' },
  resume: 'Resume',
  resumeNamed: (what: string): string => `Resume: ${what}`,
  resumed: (what: string): string => `${what} goes on.`,
  probe: 'Probe now',
  probeNamed: (what: string): string => `Probe now: ${what}`,
  probed: 'One task is tried now. If the server answers, the pause ends by itself.',
  faultText: 'It ends by itself when the server answers: one task at a time is tried.',
  endedAlready: 'This pause had ended already.',

  task: 'Task',
  taskGone: 'This task is not in the list any more',
  taskGoneText: 'It may be done, or another operator has moved it on. See its order.',
  time: 'Since, or next try',
  checkout: 'Checkout',
  job: 'Job',
  wholeError: 'Whole error',
  sameError: 'Show all with this error',
  close: 'Close',

  keys: {
    next: 'Next row',
    previous: 'Row before',
    tick: 'Select the row, or not',
    retry: 'Retry the selected rows, or the row one is at',
    pause: 'Pause a pipeline or a step',
  },
};

export type ConsoleTasksWords = typeof consoleEnTasks;
