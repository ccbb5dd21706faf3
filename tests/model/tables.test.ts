import { expect, test } from 'bun:test';
import { runTransaction } from './tables.ts';

test('A transaction that throws undoes all of its writes', () => {
  const table = new Map([
    ['kept', 1],
    ['changed', 2],
    ['removed', 3],
  ]);
  const before = new Map(table);
  const work = () =>
    runTransaction((writes) => {
      writes.set(table, 'changed', 20);
      writes.set(table, 'changed', 21);
      writes.remove(table, 'removed');
      writes.set(table, 'added', 4);
      writes.remove(table, 'added');
      writes.set(table, 'added', 5);
      expect([...table.keys()].sort()).toEqual(['added', 'changed', 'kept']);
      throw new Error('midway');
    });
  expect(work).toThrow('midway');
  expect(table).toEqual(before);
});

test('A transaction that does not throw keeps its writes', () => {
  const table = new Map([['removed', 3]]);
  const result = runTransaction((writes) => {
    writes.set(table, 'added', 1);
    writes.remove(table, 'removed');
    return 'done';
  });
  expect(result).toBe('done');
  expect([...table]).toEqual([['added', 1]]);
});
