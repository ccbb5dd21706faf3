import { describe, expect, test } from 'bun:test';
import {
  finishedOf,
  linesOf,
  mostFinishedOf,
  mostReadyOf,
  rowsOf,
} from '../../web/console/overview/history.ts';

const slot = (at: string, finished: Readonly<Record<string, number>>, ready: number | null) => ({
  at: `2026-11-26T${at}.000Z`,
  finished: Object.entries(finished).map(([pipeline, tasks]) => ({ pipeline, tasks })),
  ready,
});

describe('The chart of the queue', () => {
  const slots = [
    slot('10:04:50', { digital: 3, service: 1 }, 7),
    slot('10:05:00', {}, null),
    slot('10:05:10', { digital: 2 }, 4),
  ];

  test('Its lines have all pipelines together, and a gap where nobody counted', () => {
    expect(linesOf(slots)).toEqual({
      times: [1_795_687_490, 1_795_687_500, 1_795_687_510],
      finished: [4, 0, 2],
      ready: [7, null, 4],
    });
  });

  test('What is said of it is of the same numbers', () => {
    expect([finishedOf(slots), mostFinishedOf(slots), mostReadyOf(slots)]).toEqual([6, 4, 7]);
    expect([finishedOf([]), mostFinishedOf([]), mostReadyOf([])]).toEqual([0, 0, 0]);
  });

  test('Its table adds up five minutes a row, the newest first', () => {
    expect(rowsOf(slots)).toEqual([
      { at: '2026-11-26T10:05:00.000Z', finished: 2, ready: 4 },
      { at: '2026-11-26T10:00:00.000Z', finished: 4, ready: 7 },
    ]);
  });
});
