import { describe, expect, test } from 'bun:test';
import { createShortcuts, type KeyPress } from '../../web/console/shortcuts.ts';
import { createCells } from '../../web/shared/cells.ts';
import { createTimers, memoryStore } from './ports.ts';

const createFixture = (shared = memoryStore()) => {
  const timers = createTimers();
  const shortcuts = createShortcuts({ shared, cell: createCells().create, setTimer: timers.setTimer });
  const done: string[] = [];
  const listOf =
    (...keys: readonly string[]) =>
    () =>
      keys.map((each) => ({ keys: each, label: `does ${each}`, run: () => done.push(each) }));
  const press = (key: string, changes: Partial<KeyPress> = {}): boolean =>
    shortcuts.press({
      key,
      shiftKey: false,
      ctrlKey: false,
      metaKey: false,
      altKey: false,
      isTaken: false,
      ...changes,
    });
  return { shared, shortcuts, timers, done, listOf, press };
};

describe('The shortcuts of the console', () => {
  test('A key does what it is for, and others are left to the browser', () => {
    const { shortcuts, done, listOf, press } = createFixture();
    shortcuts.add('Page', listOf('r', '?'));
    expect([press('r'), press('q'), press('Enter'), press('?', { shiftKey: true })]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(done).toEqual(['r', '?']);
  });

  test('Two keys one after the other are one shortcut, for a short while', () => {
    const { shortcuts, timers, done, listOf, press } = createFixture();
    shortcuts.add('Page', listOf('g o', 'g t', 'o'));
    expect([press('g'), press('o')]).toEqual([true, true]);
    press('g');
    timers.fire();
    press('o');
    press('g');
    press('x');
    press('t');
    expect(done).toEqual(['g o', 'o']);
  });

  test('Shift on the way to the second key ends nothing', () => {
    const { shortcuts, done, listOf, press } = createFixture();
    shortcuts.add('Page', listOf('g ?'));
    press('g');
    press('Shift', { shiftKey: true });
    press('?', { shiftKey: true });
    expect(done).toEqual(['g ?']);
  });

  test.each([
    ['somebody types', { isTaken: true }],
    ['Ctrl is held', { ctrlKey: true }],
    ['Command is held', { metaKey: true }],
    ['Alt is held', { altKey: true }],
    ['a word of another script is composed', { isComposing: true }],
    ['it is a capital', { key: 'R', shiftKey: true }],
  ])('A letter does nothing while %s', (_, changes) => {
    const { shortcuts, done, listOf, press } = createFixture();
    shortcuts.add('Page', listOf('r'));
    expect(press('r', changes)).toBe(false);
    expect(done).toEqual([]);
  });

  test('With the capitals locked, the keys are the same', () => {
    const { shortcuts, done, listOf, press } = createFixture();
    shortcuts.add('Page', listOf('r'));
    press('R');
    expect(done).toEqual(['r']);
  });

  test('They can be turned off, which is remembered, and on again', () => {
    const { shared, shortcuts, done, listOf, press } = createFixture();
    shortcuts.add('Page', listOf('r'));
    shortcuts.turn(false);
    expect(press('r')).toBe(false);
    const later = createFixture(shared);
    later.shortcuts.add('Page', later.listOf('r'));
    expect([later.shortcuts.isOn.value, later.press('r')]).toEqual([false, false]);
    later.shortcuts.turn(true);
    later.press('r');
    expect([later.done, done, createFixture(shared).shortcuts.isOn.value]).toEqual([['r'], [], true]);
  });

  test('The newest group goes first, and one that is gone does nothing', () => {
    const { shortcuts, done, press } = createFixture();
    const add = (name: string) =>
      shortcuts.add(name, () => [{ keys: 'r', label: name, run: () => done.push(name) }]);
    add('frame');
    const remove = add('page');
    press('r');
    remove();
    press('r');
    expect(done).toEqual(['page', 'frame']);
    expect(shortcuts.groups.value.map(({ title }) => title)).toEqual(['frame']);
  });
});
