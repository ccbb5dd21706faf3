/** What keys do with the rows of a list: see `shortcuts.ts`. */

const rows = (): readonly HTMLElement[] => [...document.querySelectorAll<HTMLElement>('#main [data-row]')];

const rowOfFocus = (): HTMLElement | null =>
  document.activeElement?.closest<HTMLElement>('#main [data-row]') ?? null;

/** `data-row` of the row that has the focus. Rows of a list carry it, with the id of what they show. */
export const focusedRow = (): string | null => rowOfFocus()?.dataset.row ?? null;

/** Moves the focus to the next row, or back by one. From outside the list it goes to the first one. */
export const moveRow = (step: 1 | -1): void => {
  const all = rows();
  const here = rowOfFocus();
  const index = here === null ? (step > 0 ? 0 : all.length - 1) : all.indexOf(here) + step;
  const row = all[Math.min(Math.max(index, 0), all.length - 1)];
  row?.querySelector<HTMLElement>('input, a[href], button')?.focus();
};

/** Ticks the row that has the focus, or takes the tick away. */
export const tickRow = (): void =>
  rowOfFocus()?.querySelector<HTMLInputElement>('input[type=checkbox]')?.click();

/** The field that searches this page. */
export const focusSearch = (): void => {
  const field = document.querySelector<HTMLInputElement>(
    '#main [data-search] input, #main input[type=search]',
  );
  field?.focus();
  field?.select();
};
