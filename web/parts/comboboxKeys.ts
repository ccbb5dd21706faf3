/** What is seen of a combobox: whether its list is open, and which row the arrow keys stand at. */
export type ComboboxView = { readonly isOpen: boolean; readonly active: number | null };

export type ComboboxMove =
  /** The browser's own meaning of the key holds. */
  | { readonly kind: 'none' }
  | { readonly kind: 'show'; readonly view: ComboboxView }
  | { readonly kind: 'choose'; readonly index: number }
  /** Enter without a row: what was typed is meant. */
  | { readonly kind: 'submit' }
  | { readonly kind: 'clear' };

const closed: ComboboxView = { isOpen: false, active: null };
const none: ComboboxMove = { kind: 'none' };

/**
 * What a key does, as in the pattern of WAI-ARIA for a combobox with a list. Arrow keys go around through the text
 * itself, so that one can come back to it. Home and End belong to the text.
 */
export const moveByKey = (key: string, view: ComboboxView, count: number): ComboboxMove => {
  switch (key) {
    case 'ArrowDown':
      return count === 0 ? none : show(view.isOpen ? after(view.active, count) : 0);
    case 'ArrowUp':
      return count === 0 ? none : show(view.isOpen ? before(view.active, count) : count - 1);
    case 'Enter':
      if (view.isOpen && view.active !== null && view.active < count)
        return { kind: 'choose', index: view.active };
      return { kind: 'submit' };
    case 'Escape':
      // The first Escape closes the list, the next one empties the text.
      return view.isOpen ? { kind: 'show', view: closed } : { kind: 'clear' };
    default:
      return none;
  }
};

const show = (active: number | null): ComboboxMove => ({ kind: 'show', view: { isOpen: true, active } });

const after = (active: number | null, count: number): number | null => {
  if (active === null) return 0;
  return active + 1 < count ? active + 1 : null;
};

const before = (active: number | null, count: number): number | null => {
  if (active === null) return count - 1;
  return active > 0 ? Math.min(active, count) - 1 : null;
};
