import { describe, expect, test } from 'bun:test';
import { createScanStarts, type QueuePosition } from '../../adapters/postgres/queue/scanStart.ts';

const rows: readonly QueuePosition[] = [
  { runMs: 5, id: 'a' },
  { runMs: 7, id: 'b' },
];

/** Looks that take `tookMs` each, and where each of them began. */
const scene = (tookMs: number) => {
  let nowMs = 1_000;
  const heads = createScanStarts({ nowMs: () => nowMs });
  const look = async (found: readonly QueuePosition[], pipeline = 'physical') => {
    const begun: QueuePosition[] = [];
    await heads.scan<QueuePosition>(
      pipeline,
      (place) => place,
      (behind) => {
        begun.push(behind);
        nowMs += tookMs;
        return Promise.resolve([...found]);
      },
    );
    return begun[0];
  };
  const passes = (ms: number) => {
    nowMs += ms;
  };
  return { look, passes };
};

const fromStart = expect.objectContaining({ runMs: -1 });

describe('the head of a queue', () => {
  test('is looked for from the very start as long as that costs nothing', async () => {
    const { look } = scene(0);
    for (let looks = 0; looks < 3; looks++) expect(await look(rows)).toEqual(fromStart);
  });

  test('is behind the last task that was taken, for nine times as long as a look from the start took', async () => {
    const { look, passes } = scene(10);
    expect(await look(rows)).toEqual(fromStart);
    expect(await look([])).toEqual({ runMs: 7, id: 'b' });
    passes(79);
    expect(await look([{ runMs: 9, id: 'c' }])).toEqual({ runMs: 7, id: 'b' });
    expect(await look([])).toEqual(fromStart);
    expect(await look([])).toEqual({ runMs: 9, id: 'c' });
  });

  test('is looked for again after five seconds, however long that takes', async () => {
    const { look, passes } = scene(2_000);
    await look(rows);
    passes(4_999);
    expect(await look([])).toEqual({ runMs: 7, id: 'b' });
    expect(await look([])).toEqual(fromStart);
  });

  test('is looked for again where the clock was put back', async () => {
    const { look, passes } = scene(10);
    await look(rows);
    passes(-60_000);
    expect(await look([])).toEqual(fromStart);
  });

  test('is each pipeline’s own', async () => {
    const { look } = scene(10);
    await look(rows);
    expect(await look(rows, 'digital')).toEqual(fromStart);
    expect(await look(rows)).toEqual({ runMs: 7, id: 'b' });
  });
});
