import { describe, expect, test } from 'bun:test';
import { firstIdAt, parseUuid } from '../../core/id.ts';
import { testWorld } from '../world.ts';

describe('an id', () => {
  test('is read in any case, and kept in one', () => {
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
  ])('%p is none', (text) => {
    expect(parseUuid(text)).toBeNull();
  });

  test('a millisecond’s first id stands before all ids of it, and behind all of the one before', () => {
    for (const atMs of [0, 1, 255, 1_772_352_000_000, Date.UTC(9999, 11, 31, 23, 59, 59, 999)]) {
      const first = firstIdAt(atMs);
      expect(parseUuid(first)).toBe(first);
      expect(testWorld(atMs).ids.next(atMs) > first).toBe(true);
      if (atMs > 0) expect(testWorld(atMs).ids.next(atMs - 1) < first).toBe(true);
    }
  });

  test('before there were ids, there is the first of all', () => {
    expect(firstIdAt(-1)).toBe(firstIdAt(0));
    expect(firstIdAt(0)).toBe('00000000-0000-0000-0000-000000000000');
    expect(firstIdAt(1.9)).toBe(firstIdAt(1));
  });
});
