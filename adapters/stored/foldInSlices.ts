import type { YieldToEventLoop } from '../../core/world.ts';

/** How many characters are folded without a pause. The letters that take longest take 10 ms. */
const charactersMax = 4_000;

/**
 * Folds the texts of many rows. Between slices, the requests that have arrived come first: there are letters that
 * decompose into four words, so a thousand names can take half a second.
 */
export const foldInSlices = async <Row, Folded>(
  rows: readonly Row[],
  lengthOf: (row: Row) => number,
  fold: (row: Row) => Folded,
  yieldToEventLoop: YieldToEventLoop,
): Promise<readonly Folded[]> => {
  const folded: Folded[] = [];
  let room = charactersMax;
  for (const row of rows) {
    if (room <= 0) {
      await yieldToEventLoop();
      room = charactersMax;
    }
    folded.push(fold(row));
    room -= lengthOf(row);
  }
  return folded;
};
