/** Chance that can be thrown again: the same seed gives the same throws. Nothing secret may come of it. */
export type SeededRandom = {
  /** Uniform in [0, 1). */
  unit(): number;
  /** A whole number from 0 up to and without `below`. */
  whole(below: number): number;
};

/** Mulberry32 (https://github.com/bryc/code/blob/master/jshash/PRNGs.md#mulberry32). */
export const createSeededRandom = (seed: number): SeededRandom => {
  let state = seed >>> 0;
  const unit = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { unit, whole: (below) => Math.floor(unit() * below) };
};

/** The same things in another order, in which each place is as likely for each. */
export const shuffled = <Thing>(things: readonly Thing[], throws: SeededRandom): readonly Thing[] =>
  things
    .map((thing) => ({ thing, at: throws.unit() }))
    .sort((a, b) => a.at - b.at)
    .map(({ thing }) => thing);

/** Picks things so that the one at rank `n` comes up in proportion to 1 / (n + 3): few sell much, many little. */
export const zipf = <Thing>(things: readonly Thing[]): ((throws: SeededRandom) => Thing) => {
  let total = 0;
  const upTo = things.map((_, rank) => {
    total += 1 / (rank + 3);
    return total;
  });
  return (throws) => {
    const at = throws.unit() * total;
    let [low, high] = [0, things.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((upTo[middle] ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    const thing = things[low];
    if (thing === undefined) throw new Error('there is nothing to pick from');
    return thing;
  };
};
