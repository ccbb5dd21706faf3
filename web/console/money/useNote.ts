import { useState } from 'preact/hooks';
import { type TextProblem, textProblemOf } from './caseStates.ts';

/** A sentence that a command needs. What is wrong with it is said after the first press. */
export const useNote = () => {
  const [value, setValue] = useState('');
  const [hasPressed, setPressed] = useState(false);
  const problem = textProblemOf(value);
  return {
    value,
    /** As it is sent. */
    text: value.trim(),
    type: setValue,
    press: (): void => setPressed(true),
    problemOf: (words: Readonly<Record<TextProblem, string>>): string | undefined =>
      hasPressed && problem !== null ? words[problem] : undefined,
  };
};
