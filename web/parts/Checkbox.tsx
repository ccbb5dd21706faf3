import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

type CheckboxProps = {
  readonly label: ComponentChildren;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  /** Some of what it stands for is ticked, and some is not. */
  readonly mixed?: boolean;
  readonly disabled?: boolean;
  /** The label is heard, but not shown: for a box at the start of a row that names itself. */
  readonly isLabelHidden?: boolean;
};

/** A box with a target of 44 px, however small the box looks. */
export const Checkbox = ({
  label,
  checked,
  onChange,
  mixed = false,
  disabled = false,
  isLabelHidden = false,
}: CheckboxProps) => {
  const box = useRef<HTMLInputElement>(null);
  // HTML has no attribute for it.
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = mixed;
  }, [mixed]);
  return (
    <label class={isLabelHidden ? 'checkbox bare' : 'checkbox'}>
      <input
        type="checkbox"
        ref={box}
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span class={isLabelHidden ? 'sr' : undefined}>{label}</span>
    </label>
  );
};
