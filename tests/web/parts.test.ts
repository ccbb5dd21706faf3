import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type ComboboxView, moveByKey } from '../../web/parts/comboboxKeys.ts';
import { readQuantity, stepQuantity } from '../../web/parts/quantity.ts';

const limits = { min: 1, max: 50 };

describe('A typed quantity', () => {
  test.each([
    ['2', 2],
    [' 12 ', 12],
    ['１２', 12],
    ['007', 7],
  ])('%p is %p', (text, quantity) => {
    expect(readQuantity(text, limits)).toEqual({ quantity, problem: null });
  });

  test.each(['', ' ', 'two', '1.000', '1,5', '-2', '1e3', '0x10', '½', '2 3', 'NaN', 'Infinity'])(
    '%p is no whole number',
    (text) => {
      expect(readQuantity(text, limits).problem).toBe('not_a_number');
    },
  );

  test('A quantity beyond a limit is refused and not changed', () => {
    expect(readQuantity('0', limits).problem).toBe('too_few');
    expect(readQuantity('51', limits).problem).toBe('too_many');
    expect(readQuantity('9'.repeat(400), limits).problem).toBe('too_many');
  });

  test('A quantity that is taken is always a whole number within the limits, whatever is typed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String)), (text) => {
        const { quantity, problem } = readQuantity(text, limits);
        if (problem !== null) return quantity === null;
        return Number.isInteger(quantity) && quantity >= limits.min && quantity <= limits.max;
      }),
    );
  });

  test('A step starts from what is typed, and from the last good quantity where that is no number', () => {
    expect(stepQuantity('7', 1, 3, limits)).toBe(8);
    expect(stepQuantity('seven', 1, 3, limits)).toBe(4);
    expect(stepQuantity('', -1, 3, limits)).toBe(2);
    expect(stepQuantity('0x10', 1, 3, limits)).toBe(4);
  });

  test('A step never leaves the limits, wherever it starts', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String)), fc.constantFrom(1, -1), (text, by) => {
        const quantity = stepQuantity(text, by, 3, limits);
        return Number.isInteger(quantity) && quantity >= limits.min && quantity <= limits.max;
      }),
    );
  });
});

const closed: ComboboxView = { isOpen: false, active: null };
const at = (active: number | null): ComboboxView => ({ isOpen: true, active });

describe('The keys of a combobox', () => {
  test('Arrow keys go through the rows and back to the text, in both directions', () => {
    const focusedBy = (key: string): readonly (number | null)[] => {
      let view = closed;
      return Array.from({ length: 5 }, () => {
        const move = moveByKey(key, view, 3);
        if (move.kind === 'show') view = move.view;
        return view.active;
      });
    };
    expect(focusedBy('ArrowDown')).toEqual([0, 1, 2, null, 0]);
    expect(focusedBy('ArrowUp')).toEqual([2, 1, 0, null, 2]);
  });

  test('Arrow keys do nothing where nothing was found', () => {
    expect(moveByKey('ArrowDown', closed, 0)).toEqual({ kind: 'none' });
    expect(moveByKey('ArrowUp', at(null), 0)).toEqual({ kind: 'none' });
  });

  test('Enter chooses the row that the keys stand at, and otherwise means what was typed', () => {
    expect(moveByKey('Enter', at(1), 3)).toEqual({ kind: 'choose', index: 1 });
    expect(moveByKey('Enter', at(null), 3)).toEqual({ kind: 'submit' });
    expect(moveByKey('Enter', closed, 3)).toEqual({ kind: 'submit' });
  });

  test('Escape closes the list first, and empties the text only then', () => {
    expect(moveByKey('Escape', at(1), 3)).toEqual({ kind: 'show', view: closed });
    expect(moveByKey('Escape', closed, 3)).toEqual({ kind: 'clear' });
  });

  test('Keys of the text stay with the text', () => {
    for (const key of ['a', 'Home', 'End', 'ArrowLeft', 'Tab', 'Backspace'])
      expect(moveByKey(key, at(0), 3)).toEqual({ kind: 'none' });
  });

  test('A list that has become shorter never leads to a row that is not there', () => {
    const view = fc.record({ isOpen: fc.boolean(), active: fc.option(fc.nat(10), { nil: null }) });
    fc.assert(
      fc.property(view, fc.nat(5), fc.constantFrom('ArrowDown', 'ArrowUp', 'Enter'), (from, count, key) => {
        const move = moveByKey(key, from, count);
        if (move.kind === 'choose') return move.index < count;
        return move.kind !== 'show' || move.view.active === null || move.view.active < count;
      }),
    );
  });
});
