import type { Pause } from './tasksApi.ts';
import { useTaskWords } from './taskWords.ts';

/** How a pause is called: its pipeline and step. */
export const usePauseName = () => {
  const words = useTaskWords();
  return ({ pipeline, step }: Pick<Pause, 'pipeline' | 'step'>): string =>
    `${words.pipeline(pipeline)} · ${step === null ? words.everyStep : words.step(step)}`;
};
