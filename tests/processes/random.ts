/** Chance that is the same for the same seed. */
export type Dice = {
  /** Uniform in [0, 1). */
  unit(): number;
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number;
  isLikely(probability: number): boolean;
  /** One of them; throws where there are none. */
  pick<T>(choices: readonly T[]): T;
  /** Dice of their own, so that what one part rolls changes nothing for another. */
  fork(): Dice;
};

/** Mulberry32. */
export const dice = (seed: number): Dice => {
  let state = seed >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    unit,
    between: (least, most) => least + Math.floor(unit() * (most - least + 1)),
    isLikely: (probability) => unit() < probability,
    pick: (choices) => {
      const choice = choices[Math.floor(unit() * choices.length)];
      if (choice === undefined) throw new Error('there is nothing to pick from');
      return choice;
    },
    fork: () => dice(Math.floor(unit() * 2 ** 32)),
  };
};
