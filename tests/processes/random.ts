/** Random numbers that are the same for the same seed. */
export type SeededRandom = {
  /** Uniform in [0, 1). */
  unit(): number;
  /** An integer from `min` to `max`, both included. */
  between(min: number, max: number): number;
  /** True with this probability, 0 to 1. */
  bool(probability: number): boolean;
  /** One of `choices`. Throws if there are none. */
  pick<T>(choices: readonly T[]): T;
  /** An independent generator: numbers drawn from it do not change those of this one. */
  fork(): SeededRandom;
};

/** Mulberry32 (https://github.com/bryc/code/blob/master/jshash/PRNGs.md#mulberry32). */
export const createSeededRandom = (seed: number): SeededRandom => {
  let state = seed >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    unit,
    between: (min, max) => min + Math.floor(unit() * (max - min + 1)),
    bool: (probability) => unit() < probability,
    pick: (choices) => {
      const choice = choices[Math.floor(unit() * choices.length)];
      if (choice === undefined) throw new Error('cannot pick from an empty list');
      return choice;
    },
    fork: () => createSeededRandom(Math.floor(unit() * 2 ** 32)),
  };
};
