import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

type ChoicesProps<Value extends string> = {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly {
    readonly value: Value;
    readonly label: ComponentChildren;
    readonly hint?: string;
  }[];
  readonly onChange: (value: Value) => void;
};

/** One of a few, all of them in sight: ways to pay. The arrow keys move between them. */
export const Choices = <Value extends string>({ label, value, options, onChange }: ChoicesProps<Value>) => {
  const name = useId();
  return (
    <fieldset class="choices">
      <legend>{label}</legend>
      {options.map((option) => (
        <label class="choice" key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>
            {option.label}
            {option.hint === undefined ? null : <span class="small soft">{option.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
};
