import { useLayoutEffect, useState } from 'preact/hooks';
import { Field } from '../../parts/Field.tsx';

type FilterFieldProps = {
  readonly label: string;
  readonly name: string;
  readonly type?: 'text' | 'date';
  /** What the address says. */
  readonly value: string;
  /** The person has finished: with Enter, or by going on. */
  readonly onCommit: (value: string) => void;
};

/** A filter that is typed. It counts when it is finished, so that no half number is searched for. */
export const FilterField = ({ label, name, type = 'text', value, onCommit }: FilterFieldProps) => {
  const [draft, setDraft] = useState(value);
  useLayoutEffect(() => setDraft(value), [value]);
  return (
    <form
      noValidate
      onChange={() => onCommit(draft)}
      onSubmit={(event) => {
        event.preventDefault();
        onCommit(draft);
      }}
    >
      <Field label={label} name={name} type={type} autoComplete="off" value={draft} onInput={setDraft} />
    </form>
  );
};
