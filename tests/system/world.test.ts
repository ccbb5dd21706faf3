import { describe, expect, test } from 'bun:test';
import { firstIdAt } from '../../core/id.ts';
import { testWorld } from '../world.ts';

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('a world for tests', () => {
  test('stands still until it is moved', () => {
    const world = testWorld(1_000);
    expect([world.clock.nowMs(), world.clock.nowMs()]).toEqual([1_000, 1_000]);
    world.advance(5);
    expect(world.clock.nowMs()).toBe(1_005);
    world.clock.set(7);
    expect(world.clock.nowMs()).toBe(7);
  });

  test('makes ids that tell their time and increase, even where the clock goes back', () => {
    const { ids } = testWorld(0, 1);
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

  test('is the same again for the same seed, and another one without', () => {
    const draw = ({ ids, random }: ReturnType<typeof testWorld>) => [
      ids.next(9),
      random.unit(),
      ...random.bytes(4),
      ids.next(9),
    ];
    expect(draw(testWorld(0, 5))).toEqual(draw(testWorld(0, 5)));
    expect(draw(testWorld(0, 5))).not.toEqual(draw(testWorld(0, 6)));
    expect(draw(testWorld(0))).not.toEqual(draw(testWorld(0)));
  });

  test('gives the same ids however many random numbers are drawn', () => {
    const [one, other] = [testWorld(0, 5), testWorld(0, 5)];
    one.random.bytes(100);
    expect(one.ids.next(1)).toBe(other.ids.next(1));
  });
});
