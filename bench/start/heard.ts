import type { Sample } from '../row.ts';

/** When an event happened, and when a receiver had it. */
export type Arrival = { readonly atMs: number; readonly arrivedMs: number };

/** The lags of the events since `fromMs`. */
export const lagsOf = (arrivals: readonly Arrival[], fromMs: number): Sample => {
  const lags = arrivals
    .filter(({ atMs }) => atMs >= fromMs)
    .map(({ atMs, arrivedMs }) => arrivedMs - atMs)
    .toSorted((one, other) => one - other);
  const lagAt = (share: number) => lags[Math.floor(lags.length * share)] ?? Number.NaN;
  return { events: lags.length, lagP50Ms: lagAt(0.5), lagP99Ms: lagAt(0.99) };
};

/** Waits until no event is left. */
export const waitUntilHeard = async (url: string): Promise<void> => {
  const sql = new Bun.SQL(url, { max: 1 });
  for (let isLeft = true; isLeft; ) {
    const [row] = await sql`select exists (select from event) or exists (select from event_batch) as left`;
    isLeft = row.left;
    if (isLeft) await Bun.sleep(20);
  }
  await sql.end();
};
