import type { CreateCell } from '../shared/cells.ts';
import type { Store } from '../shared/store.ts';

/** One thing that keys do. It always can be done without them as well. */
export type Shortcut = {
  /** What is pressed: `r`, or `g o` for one key after the other. */
  readonly keys: string;
  /** What it does, for the sheet of help. */
  readonly label: string;
  readonly run: () => void;
};

/** What of a press matters. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'> & {
  readonly isComposing?: boolean;
  /** The press has been dealt with, or it is text that somebody types. */
  readonly isTaken: boolean;
};

type Ports = {
  /** Shared by all windows of the browser. */
  readonly shared: Store;
  readonly cell: CreateCell;
  readonly setTimer: (work: () => void, ms: number) => () => void;
};

const offName = 'cw.shortcuts';
/** How long the first of two keys waits for the second. */
const secondKeyMs = 1_500;

export type Shortcuts = ReturnType<typeof createShortcuts>;

/**
 * The keys of the console. Each part of a page adds its own while it is shown, so the sheet of help lists what the page
 * has. Single letters can be turned off (WCAG 2.1.4), because people who speak to their computer press them by accident.
 */
export const createShortcuts = ({ shared, cell, setTimer }: Ports) => {
  const isOn = cell(shared.get(offName) !== 'off');
  const groups = cell<readonly { readonly title: string; readonly list: () => readonly Shortcut[] }[]>([]);
  const isHelpOpen = cell(false);
  let first = '';
  let clearTimer = () => {};

  const waitFor = (key: string): void => {
    clearTimer();
    first = key;
    if (key !== '') clearTimer = setTimer(() => waitFor(''), secondKeyMs);
  };
  /** The newest group first: a page goes before what is around it. */
  const all = (): readonly Shortcut[] => groups.value.toReversed().flatMap(({ list }) => list());

  return {
    isOn,
    groups,
    /** The sheet that lists them. */
    isHelpOpen,
    openHelp: (): void => {
      isHelpOpen.value = true;
    },
    closeHelp: (): void => {
      isHelpOpen.value = false;
    },
    turn: (on: boolean): void => {
      isOn.value = on;
      if (on) shared.remove(offName);
      else shared.set(offName, 'off');
    },

    /** Adds a group. Returns what takes it away again. `list` is asked at each press. */
    add: (title: string, list: () => readonly Shortcut[]): (() => void) => {
      const group = { title, list };
      groups.value = [...groups.value, group];
      return () => {
        groups.value = groups.value.filter((each) => each !== group);
      };
    },

    /** True if a shortcut, or the first key of one, was pressed. */
    press: (press: KeyPress): boolean => {
      const { key, shiftKey, ctrlKey, metaKey, altKey, isComposing = false, isTaken } = press;
      // Shift by itself is on the way to `?`.
      if (key === 'Shift') return false;
      const isPlain = !ctrlKey && !metaKey && !altKey && !isComposing;
      if (!isOn.value || !isPlain || isTaken || key.length !== 1) {
        waitFor('');
        return false;
      }
      // With the capitals locked, the letters are the same keys.
      const pressed = shiftKey ? key : key.toLowerCase();
      const keys = first === '' ? pressed : `${first} ${pressed}`;
      waitFor('');
      const found = all().find((each) => each.keys === keys);
      if (found !== undefined) {
        found.run();
        return true;
      }
      const isFirst = all().some((each) => each.keys.startsWith(`${keys} `));
      if (isFirst) waitFor(pressed);
      return isFirst;
    },
  };
};

/** Fields and lists take letters themselves. A box that one ticks does not. */
const typed = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]';

/** A dialog asks something: what is under it does not hear keys. */
const isTakenBy = (event: KeyboardEvent): boolean =>
  event.defaultPrevented ||
  event.repeat ||
  (event.target instanceof Element && event.target.closest(typed) !== null) ||
  document.querySelector('dialog[open]') !== null;

/** Listens to the keyboard of the document. Returns what ends it. */
export const listenToKeys = ({ press }: Shortcuts): (() => void) => {
  const listener = (event: KeyboardEvent) => {
    const { key, shiftKey, ctrlKey, metaKey, altKey, isComposing } = event;
    if (press({ key, shiftKey, ctrlKey, metaKey, altKey, isComposing, isTaken: isTakenBy(event) }))
      event.preventDefault();
  };
  document.addEventListener('keydown', listener);
  return () => document.removeEventListener('keydown', listener);
};
