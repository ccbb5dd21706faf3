import type { Ref } from 'preact';
import { useId } from 'preact/hooks';
import { Problem } from './Problem.tsx';

type FieldProps = {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: 'text' | 'email' | 'search' | 'url' | 'date';
  readonly hint?: string | undefined;
  /** What is wrong with the value. The field is then marked, and a reader of the screen hears the words. */
  readonly problem?: string | undefined;
  readonly required?: boolean;
  readonly autoComplete?: string;
  readonly placeholder?: string;
  readonly inputRef?: Ref<HTMLInputElement>;
};

/** A line of text with its label, its hint and what is wrong with it. */
export const Field = ({
  label,
  name,
  value,
  onInput,
  type = 'text',
  hint,
  problem,
  required = false,
  autoComplete,
  placeholder,
  inputRef,
}: FieldProps) => {
  const id = useId();
  const hintId = `${id}-hint`;
  const problemId = `${id}-problem`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint === undefined ? null : (
        <span class="small soft" id={hintId}>
          {hint}
        </span>
      )}
      <input
        class="input"
        id={id}
        name={name}
        // The types of Preact tell the kinds apart, and a variable is none of them.
        type={type as 'text'}
        value={value}
        required={required}
        autocomplete={autoComplete}
        placeholder={placeholder}
        ref={inputRef ?? null}
        aria-invalid={problem === undefined ? undefined : 'true'}
        aria-describedby={joinIds(
          hint === undefined ? null : hintId,
          problem === undefined ? null : problemId,
        )}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {/* Heard at once, as the focus may be on a button. */}
      {problem === undefined ? null : (
        <div role="alert">
          <Problem id={problemId} text={problem} />
        </div>
      )}
    </div>
  );
};

/** An attribute that points at nothing is worse than none. */
const joinIds = (...ids: readonly (string | null)[]): string | undefined =>
  ids.filter((id) => id !== null).join(' ') || undefined;
