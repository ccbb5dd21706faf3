import { describe, expect, test } from 'bun:test';
import { firstIdAt } from '../../core/id.ts';
import { createTestWorld } from '../world.ts';

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('the world for tests', () => {
  test('The clock of the test world stays at its time until a test changes it', () => {
    const world = createTestWorld(1_000);
    expect([world.clock.nowMs(), world.clock.nowMs()]).toEqual([1_000, 1_000]);
    world.advance(5);
    expect(world.clock.nowMs()).toBe(1_005);
    world.clock.set(7);
    expect(world.clock.nowMs()).toBe(7);
  });

  test('Ids of the test world embed their time and increase, even when the clock goes back', () => {
    const { ids } = createTestWorld(0, 1);
    let last = '';
    for (const atMs of [...Array(3_000).fill(1_772_352_000_000), 1_772_352_000_001, 1_772_352_000_000]) {
      const id = ids.next(atMs);
      expect(id).toMatch(uuidV7);
      expect(id > last).toBe(true);
      expect(id > firstIdAt(atMs)).toBe(true);
      last = id;
    }
    expect(last < firstIdAt(1_772_352_000_002)).toBe(true);
  });

  test('Two test worlds with the same seed are equal, and two without a seed differ', () => {
    const valuesOf = ({ ids, random }: ReturnType<typeof createTestWorld>) => [
      ids.next(9),
      random.unit(),
      ...random.bytes(4),
      ids.next(9),
    ];
    expect(valuesOf(createTestWorld(0, 5))).toEqual(valuesOf(createTestWorld(0, 5)));
    expect(valuesOf(createTestWorld(0, 5))).not.toEqual(valuesOf(createTestWorld(0, 6)));
    expect(valuesOf(createTestWorld(0))).not.toEqual(valuesOf(createTestWorld(0)));
  });

  test('Ids of the test world do not depend on how many random numbers were used', () => {
    const [one, other] = [createTestWorld(0, 5), createTestWorld(0, 5)];
    one.random.bytes(100);
    expect(one.ids.next(1)).toBe(other.ids.next(1));
  });
});
