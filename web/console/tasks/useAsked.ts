import { useState } from 'preact/hooks';
import { useLocation } from '../../frame/location.tsx';
import { useConsole } from '../console.ts';
import { focusedRow } from '../rowKeys.ts';
import { addressOf, type TaskQuery } from './taskQuery.ts';
import type { RetryFilter, Task } from './tasksApi.ts';
import { useTaskWords } from './taskWords.ts';

/** What a dialog asks. One at a time. */
export type Asked =
  | { readonly kind: 'retry' | 'skip'; readonly tasks: readonly Task[] }
  | { readonly kind: 'all'; readonly filter: RetryFilter }
  | { readonly kind: 'pause'; readonly pipeline: string | null; readonly step: string | null };

/** The dialogs of the page. Who may not do what they ask is shown why, and nothing is asked. */
export const useAsked = (query: TaskQuery, tasks: readonly Task[], chosen: readonly Task[]) => {
  const { can, toast, words: frameWords } = useConsole();
  const words = useTaskWords();
  const { route } = useLocation();
  const [asked, setAsked] = useState<Asked | null>(null);
  const ask = (next: Asked): void => {
    if (can('queue:write')) setAsked(next);
    else toast.say(frameWords.value.access.needs('queue:write'));
  };
  /** Those that are ticked. Without any, the one whose row has the focus. */
  const meant = (): readonly Task[] =>
    chosen.length > 0 ? chosen : tasks.filter(({ id }) => id === focusedRow());
  return {
    asked,
    ask,
    close: () => setAsked(null),
    /** From the dialog of one task, which closes first. */
    askOfTask: (kind: 'retry' | 'skip', task: Task): void => {
      route(addressOf({ ...query, task: null }), true);
      ask({ kind, tasks: [task] });
    },
    retryByKey: (): void => {
      const wanted = meant();
      if (wanted.length === 0) toast.say(words.chooseFirst);
      else ask({ kind: 'retry', tasks: wanted });
    },
    pauseByKey: (): void => {
      const [task] = meant();
      ask({
        kind: 'pause',
        pipeline: task?.pipeline ?? query.pipeline,
        step: task?.step ?? query.step,
      });
    },
  };
};
