import { consoleEnSteps } from './consoleEnSteps.ts';

/** The overview of the console, in English. */
export const consoleEnOverview = {
  names: consoleEnSteps,
  title: 'Overview',
  numbers: {
    label: 'Tasks now',
    ready: 'Ready',
    running: 'Running',
    waiting: 'Waiting for a retry',
    paused: 'Paused',
    failed: 'Failed',
    oldest: 'Oldest ready',
    none: 'none',
  },
  chart: {
    title: 'The last hour',
    finished: 'Finished',
    ready: 'Ready',
    finishedNow: (rate: string): string => `${rate} a second now`,
    readyNow: (count: string): string => `${count} now`,
    most: (count: string): string => `at most ${count}`,
    mostInSlot: (count: string): string => `at most ${count} in 10 seconds`,
    text: (finished: string, ready: string): string =>
      `Line chart of the last hour. Finished tasks: ${finished} in all. Ready tasks: ${ready} at most.`,
    quiet: 'No task was finished in the last hour.',
    table: 'The same numbers as a table',
    caption: 'Tasks by five minutes',
    time: 'From',
    atEnd: 'Ready at the end',
    unknown: 'not counted',
  },
  failures: {
    title: 'Failed tasks',
    none: 'No task has failed.',
    caption: 'Failed tasks by pipeline, step and error',
    pipeline: 'Pipeline',
    step: 'Step',
    error: 'Error',
    tasks: 'Tasks',
    show: (count: string, pipeline: string, step: string): string =>
      `${count}: show the failed tasks of ${pipeline} at ${step}`,
    more: (count: number): string => `${count} more kinds: see all failed tasks`,
    all: 'See all failed tasks',
  },
  pauses: {
    title: 'Pauses',
    none: 'Nothing is paused.',
    whole: 'the whole pipeline',
    origins: { operator: 'Paused by an operator', fault: 'Paused by a fault' },
    since: 'since',
    show: (what: string): string => `Show the paused tasks of ${what}`,
  },
};

export type OverviewWords = typeof consoleEnOverview;
