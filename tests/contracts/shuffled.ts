import type { TestWorld } from '../world.ts';

/** The rows in random order. Worlds with the same seed give the same order. */
export const shuffled = <T>(rows: readonly T[], { random }: TestWorld): readonly T[] =>
  rows
    .map((row) => ({ row, at: random.unit() }))
    .sort((one, other) => one.at - other.at)
    .map(({ row }) => row);
