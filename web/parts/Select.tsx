import { useId } from 'preact/hooks';
import { Icon } from './Icon.tsx';

type SelectProps<Value extends string> = {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value) => void;
  /** The label is heard, but not shown. */
  readonly isLabelHidden?: boolean;
};

/** The browser's own list, which every phone and every reader of the screen knows. */
export const Select = <Value extends string>({
  label,
  value,
  options,
  onChange,
  isLabelHidden = false,
}: SelectProps<Value>) => {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class={isLabelHidden ? 'sr' : undefined}>
        {label}
      </label>
      <span class="select">
        <select
          id={id}
          value={value}
          onChange={(event) => {
            const chosen = options[event.currentTarget.selectedIndex];
            if (chosen !== undefined) onChange(chosen.value);
          }}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value} selected={option.value === value}>
              {option.label}
            </option>
          ))}
        </select>
        <Icon name="down" />
      </span>
    </div>
  );
};
