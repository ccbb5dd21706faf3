import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { createLazyPart } from '../../frame/lazyPart.tsx';
import { useLocation } from '../../frame/location.tsx';
import { focusList } from '../../frame/pageFocus.ts';
import { useTitle } from '../../frame/useTitle.ts';
import type { ConsoleTasksWords } from '../../words/consoleEnTasks.ts';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';
import type { PageProps } from '../page.tsx';
import { moveRow, tickRow } from '../rowKeys.ts';
import { useKeptFocus } from '../useKeptFocus.ts';
import { useList } from '../useList.ts';
import { useShortcuts } from '../useShortcuts.ts';
import { FailureGroups } from './failureGroups.tsx';
import { PauseList } from './pauses.tsx';
import { retryRunsOf } from './retryRunsOf.ts';
import { RunNote } from './runNote.tsx';
import { TaskFilters } from './taskFilters.tsx';
import { TaskList } from './taskList.tsx';
import { addressOf, readTaskQuery } from './taskQuery.ts';
import { createTasksApi, pageSize, type Task, taskListPath } from './tasksApi.ts';
import { TaskWordsProvider, useTaskWords } from './taskWords.ts';
import { useAsked } from './useAsked.ts';
import { useQueueNews } from './useQueueNews.ts';

/** Few visits open one. */
const TaskDialogs = createLazyPart(async () => (await import('./dialogs.tsx')).TaskDialogs);

/** The unfinished work of the queue: find it, see why it does not go on, and repair it. */
export const TasksPage = ({ words }: PageProps<ConsoleTasksWords>) => (
  <TaskWordsProvider value={words}>
    <Tasks />
  </TaskWordsProvider>
);

const Tasks = () => {
  const site = useConsole();
  const words = useTaskWords();
  const { query: address, url, route } = useLocation();
  const query = useMemo(() => readTaskQuery(address), [url]);
  const api = useMemo(() => createTasksApi(site.call), [site]);
  const runs = retryRunsOf(site);
  const list = useList<Task>(taskListPath(query, pageSize));
  const news = useQueueNews(api, () => void list.load());
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const tasks = list.items ?? [];
  // What is ticked and not in the list any more has moved on.
  const chosen = tasks.filter(({ id }) => ticked.has(id));
  const asking = useAsked(query, tasks, chosen);
  const { asked, ask } = asking;
  useTitle(words.title);
  useRunEnd(runs.state.value.kind, () => void reload());
  useShortcuts(words.title, [
    { keys: 'j', label: words.keys.next, run: () => moveRow(1) },
    { keys: 'k', label: words.keys.previous, run: () => moveRow(-1) },
    { keys: 'x', label: words.keys.tick, run: tickRow },
    { keys: 'r', label: words.keys.retry, run: asking.retryByKey },
    { keys: 'p', label: words.keys.pause, run: asking.pauseByKey },
  ]);

  const reload = async () => {
    await Promise.all([list.load(), news.look()]);
  };
  const finish = async (done: readonly Task[]) => {
    asking.close();
    setTicked((old) => new Set([...old].filter((id) => done.every((task) => task.id !== id))));
    await reload();
    // The rows that had the focus are gone.
    focusList();
  };
  const isTaskOpen = query.task !== null && list.items !== null;
  // They stay once one was opened, so that they can give the focus back.
  const wasAsked = useOnce(asked !== null || isTaskOpen);
  return (
    <div class="page wide tasks" {...useKeptFocus()}>
      <h1>{words.title}</h1>
      <RunNote runs={runs} />
      <section class="stack tight" aria-label={words.pauses}>
        <div class="row between">
          <h2>{words.pauses}</h2>
          <Allowed
            needs="queue:write"
            onPress={() => ask({ kind: 'pause', pipeline: query.pipeline, step: query.step })}
          >
            {words.pauseTasks}
          </Allowed>
        </div>
        <PauseList
          api={api}
          pauses={news.queue?.pauses ?? []}
          nowMs={Date.now()}
          onChange={() => void reload()}
        />
      </section>
      {news.failure === null ? null : <FailureNote failure={news.failure} onRetry={() => void news.look()} />}
      <FailureGroups failures={news.failures} query={query} />
      <TaskFilters query={query} totals={news.queue?.totals ?? null} />
      <TaskList
        query={query}
        list={list}
        chosen={chosen}
        onTick={(id, isTicked) => setTicked((old) => changed(old, [id], isTicked))}
        onTickAll={(isTicked) =>
          setTicked((old) =>
            changed(
              old,
              tasks.map(({ id }) => id),
              isTicked,
            ),
          )
        }
        ask={ask}
        isRetrying={['running', 'watched'].includes(runs.state.value.kind)}
      />
      {wasAsked ? (
        <TaskDialogs
          api={api}
          runs={runs}
          asked={asked}
          isTaskOpen={isTaskOpen}
          task={tasks.find(({ id }) => id === query.task) ?? null}
          onAskOfTask={asking.askOfTask}
          onCloseTask={() => route(addressOf({ ...query, task: null }), true)}
          onClose={asking.close}
          onDone={(done) => void finish(done)}
        />
      ) : null}
    </div>
  );
};

/** True from the first time on. */
const useOnce = (now: boolean): boolean => {
  const was = useRef(false);
  was.current ||= now;
  return was.current;
};

const changed = (
  old: ReadonlySet<string>,
  ids: readonly string[],
  isTicked: boolean,
): ReadonlySet<string> => {
  const next = new Set(old);
  for (const id of ids)
    if (isTicked) next.add(id);
    else next.delete(id);
  return next;
};

/** When a retry of all that match has ended, the list is old. */
const useRunEnd = (kind: string, onEnd: () => void): void => {
  const last = useRef(kind);
  useEffect(() => {
    const wasRunning = last.current === 'running' || last.current === 'watched';
    last.current = kind;
    if (wasRunning && kind !== 'running' && kind !== 'watched') onEnd();
  }, [kind]);
};
