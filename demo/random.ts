/** Random numbers that can be repeated: the same seed gives the same numbers. They are not fit for secrets. */
export type SeededRandom = {
  /** Uniform in [0, 1). */
  unit(): number;
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
  return { unit };
};

/** A new array with the items in random order; every order is equally likely. */
export const shuffle = <Item>(items: readonly Item[], random: SeededRandom): readonly Item[] =>
  items
    .map((item) => ({ item, position: random.unit() }))
    .sort((a, b) => a.position - b.position)
    .map(({ item }) => item);

/**
 * Creates a picker. It picks the item at index `n` with a probability in proportion to 1 / (n + 3): few items are
 * picked often.
 */
export const createZipfPicker = <Item>(items: readonly Item[]): ((random: SeededRandom) => Item) => {
  let total = 0;
  const cumulative = items.map((_, index) => {
    total += 1 / (index + 3);
    return total;
  });
  return (random) => {
    const target = random.unit() * total;
    let [low, high] = [0, items.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] ?? 0) > target) high = middle;
      else low = middle + 1;
    }
    const item = items[low];
    if (item === undefined) throw new Error('cannot pick from an empty list');
    return item;
  };
};
