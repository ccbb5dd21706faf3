import { describe, expect, test } from 'bun:test';
import { firstIdAt, parseUuid } from '../../core/id.ts';
import { createTestWorld } from '../world.ts';

describe('Ids', () => {
  test('A UUID is accepted in upper and lower case, and becomes lower case', () => {
    expect(parseUuid('019CA86C-5D40-7248-8271-974F8002FAD7')).toBe('019ca86c-5d40-7248-8271-974f8002fad7');
    expect(parseUuid('00000000-0000-0000-0000-000000000000')).toBe('00000000-0000-0000-0000-000000000000');
  });

  test.each([
    '',
    '019ca86c5d4072488271974f8002fad7',
    '{019ca86c-5d40-7248-8271-974f8002fad7}',
    ' 019ca86c-5d40-7248-8271-974f8002fad7',
    '019ca86c-5d40-7248-8271-974f8002fad7\n',
    '019ca86c-5d40-7248-8271-974f8002fadg',
    '019ca86c-5d40-7248-8271-974f8002fad',
  ])('%p is not a UUID', (text) => {
    expect(parseUuid(text)).toBeNull();
  });

  test('The first id of a millisecond is before all its ids, and after all ids of the millisecond before', () => {
    for (const atMs of [0, 1, 255, 1_772_352_000_000, Date.UTC(9999, 11, 31, 23, 59, 59, 999)]) {
      const first = firstIdAt(atMs);
      expect(parseUuid(first)).toBe(first);
      expect(createTestWorld(atMs).ids.next(atMs) > first).toBe(true);
      if (atMs > 0) expect(createTestWorld(atMs).ids.next(atMs - 1) < first).toBe(true);
    }
  });

  test('A time before 1970 has the first id of all, and fractions of a millisecond are ignored', () => {
    expect(firstIdAt(-1)).toBe(firstIdAt(0));
    expect(firstIdAt(0)).toBe('00000000-0000-0000-0000-000000000000');
    expect(firstIdAt(1.9)).toBe(firstIdAt(1));
  });
});
