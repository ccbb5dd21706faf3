import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Console, useConsole } from './console.ts';
import { createShortcuts, type Shortcut, type Shortcuts } from './shortcuts.ts';

const made = new WeakMap<Console, Shortcuts>();

/** The keys of this document. */
export const shortcutsOf = (site: Console): Shortcuts => {
  const known = made.get(site);
  if (known !== undefined) return known;
  const shortcuts = createShortcuts({
    shared: site.shared,
    cell: site.cells.create,
    setTimer: (work, ms) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
  });
  made.set(site, shortcuts);
  return shortcuts;
};

/** Keys of a page, or of a part of it, while it is shown. `title` is their heading in the sheet of help. */
export const useShortcuts = (title: string, list: readonly Shortcut[]): void => {
  const shortcuts = shortcutsOf(useConsole());
  const latest = useRef(list);
  latest.current = list;
  useLayoutEffect(() => shortcuts.add(title, () => latest.current), [shortcuts, title]);
};
