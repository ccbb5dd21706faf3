import { describe, expect, test } from 'bun:test';
import {
  createScanStarts,
  type QueuePosition,
  type ScanStart,
} from '../../adapters/postgres/queue/scanStart.ts';

type Found = QueuePosition & { readonly isNewest?: boolean };

const rows: readonly Found[] = [
  { runMs: 5, id: 'a' },
  { runMs: 7, id: 'b' },
];

/** Scans that take `scanMs` each. `scan` returns the position after which the scan started, `starts` both positions. */
const createScans = (scanMs: number) => {
  let nowMs = 1_000;
  const starts = createScanStarts({ nowMs: () => nowMs });
  const startOf = async (found: readonly Found[], pipeline = 'physical') => {
    const started: ScanStart[] = [];
    await starts.scan<Found>(
      pipeline,
      ({ isNewest = false, ...position }) => ({ ...position, isNewest }),
      (start) => {
        started.push(start);
        nowMs += scanMs;
        return Promise.resolve([...found]);
      },
    );
    return started[0];
  };
  const scan = async (found: readonly Found[], pipeline?: string) => (await startOf(found, pipeline))?.after;
  const advance = (ms: number) => {
    nowMs += ms;
  };
  return { scan, startOf, advance };
};

const newest = { runMs: 90, id: 'y', isNewest: true };

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

  test('A scan from the beginning takes the newest of all, and later ones only those that came since', async () => {
    const { startOf } = createScans(10);
    const full = await startOf([...rows, newest, { runMs: 80, id: 'x', isNewest: true }]);
    expect(full).toMatchObject({ after: theBeginning, newestAfter: theBeginning });
    const next = { after: { runMs: 7, id: 'b' }, newestAfter: { runMs: 90, id: 'y' } };
    expect(await startOf([])).toMatchObject(next);
    expect(await startOf([{ runMs: 8, id: 'c' }])).toMatchObject(next);
    expect(await startOf([])).toMatchObject({ ...next, after: { runMs: 8, id: 'c' } });
  });

  test('Each pipeline has its own scan start', async () => {
    const { scan } = createScans(10);
    await scan(rows);
    expect(await scan(rows, 'digital')).toEqual(theBeginning);
    expect(await scan(rows)).toEqual({ runMs: 7, id: 'b' });
  });
});
