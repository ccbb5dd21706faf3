import { describe, expect, test } from 'bun:test';
import { askUntilHeard } from '../../web/shared/askUntilHeard.ts';

/** Pauses that end at once. The shop is heard at the given request. */
const run = async (heardAt: number) => {
  const heard = new AbortController();
  const pauses: number[] = [];
  let asked = 0;
  const pause = async (ms: number) => {
    pauses.push(ms);
  };
  const ask = async () => {
    asked++;
    if (asked === heardAt) heard.abort();
  };
  await askUntilHeard(pause, ask, heard.signal);
  return { pauses, asked };
};

describe('A page that cannot reach the shop', () => {
  test('It asks until the shop is heard, ever less often', async () => {
    expect(await run(6)).toEqual({ pauses: [3_000, 6_000, 12_000, 24_000, 30_000, 30_000], asked: 6 });
  });
});
