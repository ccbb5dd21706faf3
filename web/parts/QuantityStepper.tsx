import { useId, useState } from 'preact/hooks';
import { Icon } from './Icon.tsx';
import { Problem } from './Problem.tsx';
import {
  type QuantityLimits,
  type QuantityProblem,
  readQuantity,
  stepQuantity,
  type TypedQuantity,
} from './quantity.ts';

type QuantityStepperProps = {
  readonly value: number;
  readonly limits: QuantityLimits;
  /** Only ever a quantity within the limits. A half typed one stays in the field. */
  readonly onChange: (quantity: number) => void;
  /** What stands in the field, also where it is wrong. Read it before acting on a quantity. */
  readonly typed?: { current: TypedQuantity };
  readonly words: {
    /** With the product's name: there are many of these on a page. */
    readonly label: string;
    readonly less: string;
    readonly more: string;
    readonly problem: (problem: QuantityProblem, limits: QuantityLimits) => string;
  };
};

/** Less, a number that one can type, more. */
export const QuantityStepper = ({ value, limits, onChange, typed, words }: QuantityStepperProps) => {
  const [draft, setDraft] = useState<{ readonly text: string; readonly of: number } | null>(null);
  const problemId = useId();
  // A draft belongs to the value that it was typed over. Where the value has changed since, it is forgotten.
  const text = draft?.of === value ? draft.text : String(value);
  const read = readQuantity(text, limits);
  const { problem } = read;
  if (typed !== undefined) typed.current = read;

  const type = (next: string) => {
    setDraft({ text: next, of: value });
    if (typed !== undefined) typed.current = readQuantity(next, limits);
  };
  const commit = () => {
    const { quantity } = readQuantity(text, limits);
    if (quantity === null) return;
    setDraft(null);
    if (quantity !== value) onChange(quantity);
  };
  const step = (by: number) => {
    const quantity = stepQuantity(text, by, value, limits);
    setDraft(null);
    if (quantity !== value) onChange(quantity);
  };
  const stepButton = (by: 1 | -1) => {
    const isAtLimit = value === (by === 1 ? limits.max : limits.min) && problem === null;
    return (
      <button
        type="button"
        aria-label={by === 1 ? words.more : words.less}
        aria-disabled={isAtLimit ? 'true' : undefined}
        onClick={() => step(by)}
      >
        <Icon name={by === 1 ? 'plus' : 'minus'} />
      </button>
    );
  };
  return (
    <div class="field">
      <div class="stepper">
        {stepButton(-1)}
        <input
          value={text}
          inputMode="numeric"
          autocomplete="off"
          aria-label={words.label}
          aria-invalid={problem === null ? undefined : 'true'}
          aria-describedby={problem === null ? undefined : problemId}
          onInput={(event) => type(event.currentTarget.value)}
          onFocus={(event) => event.currentTarget.select()}
          onBlur={commit}
          onKeyDown={(event) => {
            const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
            if (by !== undefined) step(by);
            else if (event.key === 'Enter') commit();
            else if (event.key === 'Escape' && draft !== null) setDraft(null);
            else return;
            event.preventDefault();
          }}
        />
        {stepButton(1)}
      </div>
      <Problem id={problemId} text={problem === null ? undefined : words.problem(problem, limits)} />
    </div>
  );
};
