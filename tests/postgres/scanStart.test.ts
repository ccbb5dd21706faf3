import { describe, expect, test } from 'bun:test';
import { createScanStarts, type QueuePosition } from '../../adapters/postgres/queue/scanStart.ts';

const rows: readonly QueuePosition[] = [
  { runMs: 5, id: 'a' },
  { runMs: 7, id: 'b' },
];

/** Scans that take `scanMs` each. `scan` returns the position after which the scan started. */
const createScans = (scanMs: number) => {
  let nowMs = 1_000;
  const starts = createScanStarts({ nowMs: () => nowMs });
  const scan = async (found: readonly QueuePosition[], pipeline = 'physical') => {
    const startedAfter: QueuePosition[] = [];
    await starts.scan<QueuePosition>(
      pipeline,
      (position) => position,
      (after) => {
        startedAfter.push(after);
        nowMs += scanMs;
        return Promise.resolve([...found]);
      },
    );
    return startedAfter[0];
  };
  const advance = (ms: number) => {
    nowMs += ms;
  };
  return { scan, advance };
};

const theBeginning = expect.objectContaining({ runMs: -1 });

describe('the start of a queue scan', () => {
  test('A scan starts at the beginning as long as scans cost no time', async () => {
    const { scan } = createScans(0);
    for (let scans = 0; scans < 3; scans++) expect(await scan(rows)).toEqual(theBeginning);
  });

  test('After a full scan, scans start after the last task for nine times as long as that scan took', async () => {
    const { scan, advance } = createScans(10);
    expect(await scan(rows)).toEqual(theBeginning);
    expect(await scan([])).toEqual({ runMs: 7, id: 'b' });
    advance(79);
    expect(await scan([{ runMs: 9, id: 'c' }])).toEqual({ runMs: 7, id: 'b' });
    expect(await scan([])).toEqual(theBeginning);
    expect(await scan([])).toEqual({ runMs: 9, id: 'c' });
  });

  test('A scan starts at the beginning after five seconds, however long a full scan takes', async () => {
    const { scan, advance } = createScans(2_000);
    await scan(rows);
    advance(4_999);
    expect(await scan([])).toEqual({ runMs: 7, id: 'b' });
    expect(await scan([])).toEqual(theBeginning);
  });

  test('A scan starts at the beginning after the clock was set back', async () => {
    const { scan, advance } = createScans(10);
    await scan(rows);
    advance(-60_000);
    expect(await scan([])).toEqual(theBeginning);
  });

  test('Each pipeline has its own scan start', async () => {
    const { scan } = createScans(10);
    await scan(rows);
    expect(await scan(rows, 'digital')).toEqual(theBeginning);
    expect(await scan(rows)).toEqual({ runMs: 7, id: 'b' });
  });
});
