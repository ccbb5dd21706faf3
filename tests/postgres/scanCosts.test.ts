import { describe, expect, test } from 'bun:test';
import { nextScanRows, type ScanProgress } from '../../adapters/postgres/orders/scanCosts.ts';

const limits = {
  sampleRows: 1_000,
  longScanRows: 5_000,
  snapshotsMax: 200,
  costs: { snapshotQuery: 1_000, name: 5 },
};

const next = (progress: Partial<ScanProgress>) =>
  nextScanRows(
    { scanned: 300, matches: 0, missing: 21, snapshots: 50_000, isBefore: false, ...progress },
    limits,
  );

describe('nextScanRows', () => {
  test('A list scans on where the page is near, and queries the snapshots where it is far', () => {
    expect(next({ matches: 5, missing: 16 })).toBe(5_000);
    expect(next({ matches: 1, missing: 20 })).toBeNull();
    expect(next({ matches: 0 })).toBeNull();
  });

  test('A list scans on for fewer matches where a query would read more names', () => {
    expect(next({ matches: 1, missing: 20, snapshots: 500_000 })).toBe(5_000);
    expect(next({ scanned: 5_300, matches: 1, missing: 20, snapshots: 500_000 })).toBeNull();
  });

  test('A list before a time that has found nothing scans a sample if many names may match', () => {
    expect(next({ isBefore: true, snapshots: 500_000 })).toBe(1_000);
    expect(next({ isBefore: true, snapshots: 500_000, scanned: 1_300 })).toBeNull();
    expect(next({ isBefore: true })).toBeNull();
  });

  test('Few snapshots are queried, also before a time', () => {
    for (const isBefore of [false, true])
      for (const matches of [0, 1, 2])
        expect(next({ isBefore, matches, missing: 21 - matches, snapshots: 1_000 })).toBeNull();
  });
});
