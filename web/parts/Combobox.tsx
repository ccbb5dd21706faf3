import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Button } from './Button.tsx';
import { type ComboboxView, moveByKey } from './comboboxKeys.ts';
import { Icon } from './Icon.tsx';

type ComboboxOption = { readonly id: string; readonly label: ComponentChildren };

type ComboboxProps = {
  readonly label: string;
  readonly value: string;
  readonly onInput: (text: string) => void;
  /** What fits to the text, best first. Null while nothing is known yet: the list then stays shut. */
  readonly options: readonly ComboboxOption[] | null;
  readonly onChoose: (id: string) => void;
  /** Enter without a chosen row. */
  readonly onSubmit?: (text: string) => void;
  readonly words: {
    readonly clear: string;
    readonly list: string;
    /** Shown in place of the list, and heard. */
    readonly nothing: string;
    /** Heard after each change of the list. */
    readonly found: (count: number) => string;
  };
  readonly placeholder?: string;
};

/** A search field with what it finds below it. The focus stays in the text. */
export const Combobox = (props: ComboboxProps) => {
  const { label, value, options, words, placeholder } = props;
  const id = useId();
  const listId = `${id}-list`;
  const [view, setView] = useState<ComboboxView>({ isOpen: false, active: null });
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);

  const count = options?.length ?? 0;
  const isListShown = view.isOpen && count > 0;
  // The list may have become shorter since the keys stood there.
  const active = isListShown && view.active !== null && view.active < count ? view.active : null;
  const close = () => setView({ isOpen: false, active: null });

  useEffect(() => {
    if (active !== null) list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const choose = (index: number) => {
    const option = options?.[index];
    close();
    if (option !== undefined) props.onChoose(option.id);
  };
  const clear = () => {
    close();
    props.onInput('');
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Keys of an unfinished word belong to the input method: Vietnamese is often typed with one.
    if (event.isComposing) return;
    const move = moveByKey(event.key, { ...view, isOpen: isListShown }, count);
    if (move.kind === 'none') return;
    event.preventDefault();
    if (move.kind === 'show') setView(move.view);
    else if (move.kind === 'choose') choose(move.index);
    else if (move.kind === 'clear') clear();
    else {
      close();
      props.onSubmit?.(value);
    }
  };
  return (
    <div class="combobox">
      <label class="sr" for={id}>
        {label}
      </label>
      <Icon name="search" />
      <input
        class="input"
        id={id}
        ref={input}
        type="search"
        // biome-ignore lint/a11y/noRedundantRoles: without a list in the page the role is not the field's own.
        role="combobox"
        list={undefined}
        value={value}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        enterKeyHint="search"
        aria-autocomplete="list"
        aria-expanded={isListShown ? 'true' : 'false'}
        // Both would point at nothing while the list is shut.
        aria-controls={isListShown ? listId : undefined}
        aria-activedescendant={active === null ? undefined : `${listId}-${active}`}
        onInput={(event) => {
          setView({ isOpen: event.currentTarget.value !== '', active: null });
          props.onInput(event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      {value === '' ? null : (
        <Button look="quiet" label={words.clear} onPress={clear}>
          <Icon name="close" />
        </Button>
      )}
      {isListShown ? (
        <div class="options" id={listId} ref={list} role="listbox" aria-label={words.list}>
          {options?.map((option, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are read in the text, where the focus stays.
            // biome-ignore lint/a11y/useFocusableInteractive: as above.
            <div
              class="option"
              key={option.id}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === active ? 'true' : 'false'}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(index)}
            >
              {option.label}
            </div>
          ))}
        </div>
      ) : null}
      {view.isOpen && options !== null && count === 0 ? (
        <div class="options small soft" aria-hidden="true">
          <div class="option">{words.nothing}</div>
        </div>
      ) : null}
      <span class="sr" role="status">
        {view.isOpen && options !== null ? (count === 0 ? words.nothing : words.found(count)) : ''}
      </span>
    </div>
  );
};
