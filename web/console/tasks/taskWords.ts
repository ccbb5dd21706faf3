import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ConsoleTasksWords } from '../../words/consoleEnTasks.ts';

const TaskWordsContext = createContext<ConsoleTasksWords | null>(null);
export const TaskWordsProvider = TaskWordsContext.Provider;

/** The words of the page of tasks, for its parts. */
export const useTaskWords = (): ConsoleTasksWords => {
  const words = useContext(TaskWordsContext);
  if (words === null) throw new Error('This is drawn outside the page of tasks.');
  return words;
};
