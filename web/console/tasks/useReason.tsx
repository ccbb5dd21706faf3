import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Field } from '../../parts/Field.tsx';
import { useTaskWords } from './taskWords.ts';

/** Why an operator does something. It is empty each time that it is asked for. */
export const useReason = (isAsked: boolean) => {
  const words = useTaskWords();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    setText('');
    setProblem(undefined);
  }, [isAsked]);
  return {
    /** Null where there is none: that is said, and the field has the focus. */
    read: (): string | null => {
      const reason = text.trim();
      setProblem(reason === '' ? words.reasonProblem : undefined);
      if (reason !== '') return reason;
      input.current?.focus();
      return null;
    },
    field: (
      <Field
        label={words.reason}
        name="reason"
        hint={words.reasonHint}
        value={text}
        onInput={setText}
        problem={problem}
        required
        inputRef={input}
      />
    ),
  };
};
