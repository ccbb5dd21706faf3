import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { CallFailure } from '../../frame/site.ts';
import { startWatch, type Watch } from '../../shared/watch.ts';
import { useConsole } from '../console.ts';
import type { Failures, Queue, TasksApi } from './tasksApi.ts';

/** What changes and changes back within a second is no event of the stream, so an answer of one's own is not kept longer. */
const streamedAfterMs = 2_000;

/**
 * The queue as the console hears of it, and the groups of what has failed, which are asked for again while the page is
 * seen. `onMove`: tasks have moved, so lists of them are old.
 */
export const useQueueNews = (api: TasksApi, onMove: () => void) => {
  const { live, pause, refreshes } = useConsole();
  const [failures, setFailures] = useState<Failures | null>(null);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  // After a command of one's own the queue is asked for at once.
  const [own, setOwn] = useState<Queue | null>(null);
  const heard = live.queue.value;
  useEffect(() => setOwn(null), [heard]);
  const isStreamed = live.mode.value === 'leading' || live.mode.value === 'following';
  useEffect(() => {
    if (own === null || !isStreamed) return;
    const gone = new AbortController();
    void pause(streamedAfterMs, gone.signal).then(() => {
      if (!gone.signal.aborted) setOwn(null);
    });
    return () => gone.abort();
  }, [own, isStreamed, pause]);
  const queue = own ?? heard;
  const isPaused = live.isPaused.value;
  const latest = useRef({ queue, onMove, isPaused });
  latest.current = { queue, onMove, isPaused };
  /** A command of one's own shows what it did, also while updates are paused. */
  const isAsked = useRef(true);

  const watch = useRef<Watch | null>(null);
  useEffect(() => {
    let last: string | null = null;
    watch.current = startWatch(async (signal) => {
      if (latest.current.isPaused && !isAsked.current) return 'same';
      isAsked.current = false;
      const outcome = await api.failures(signal);
      if (outcome.kind === 'aborted') return 'same';
      setFailure(outcome.kind === 'ok' ? null : outcome);
      if (outcome.kind !== 'ok') return 'same';
      setFailures(outcome.value);
      const mark = markOf(latest.current.queue, outcome.value);
      const hasMoved = last !== null && mark !== last;
      last = mark;
      if (hasMoved) latest.current.onMove();
      return hasMoved ? 'changed' : 'same';
    }, pause);
    return () => watch.current?.stop();
  }, [api, pause]);

  const look = useMemo(
    () => async (): Promise<void> => {
      isAsked.current = true;
      watch.current?.lookNow();
      const outcome = await api.queue();
      if (outcome.kind === 'ok') setOwn(outcome.value);
    },
    [api],
  );
  const refreshed = refreshes.value;
  useEffect(() => {
    if (!isPaused) watch.current?.lookNow();
  }, [refreshed, isPaused]);
  return { queue, failures, failure, look };
};

/** Another text whenever tasks have moved, or pauses have come or gone. */
const markOf = (queue: Queue | null, { items }: Failures): string =>
  JSON.stringify([
    queue?.counts,
    queue?.pauses,
    items.map(({ tasks, newestTaskId }) => [tasks, newestTaskId]),
  ]);
