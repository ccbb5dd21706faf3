import { describe, expect, test } from 'bun:test';
import { createCountedLog } from '../../core/countedLog.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';

const createFixture = () => {
  const lines: unknown[] = [];
  const timer = createManualTimer(createTestWorld());
  const write = (level: string) => (message: string, fields?: object) =>
    lines.push([level, message, fields ?? {}]);
  const log = createCountedLog({ warn: write('warn'), error: write('error') }, timer);
  return { lines, timer, log };
};

describe('Counted log lines', () => {
  test('The first line is written at once, and its repetitions are one line a minute with their count', async () => {
    const { lines, timer, log } = createFixture();
    for (let index = 0; index < 280; index++) log.warn('event refused', { index });
    expect(lines).toEqual([['warn', 'event refused', { index: 0 }]]);
    await timer.advance(59_999);
    expect(lines).toHaveLength(1);
    await timer.advance(1);
    expect(lines.slice(1)).toEqual([['warn', 'event refused', { index: 279, count: 279 }]]);
    log.warn('event refused', { index: 280 });
    expect(lines).toHaveLength(2);
    await timer.advance(60_000);
    expect(lines.slice(2)).toEqual([['warn', 'event refused', { index: 280, count: 1 }]]);
  });

  test('A line that has not been repeated for a minute is written at once again', async () => {
    const { lines, timer, log } = createFixture();
    log.error('request refused');
    await timer.advance(60_000);
    expect(timer.alarms.size).toBe(0);
    log.error('request refused');
    expect(lines).toEqual([
      ['error', 'request refused', {}],
      ['error', 'request refused', {}],
    ]);
  });

  test('Each message, level and key is counted for itself', async () => {
    const { lines, timer, log } = createFixture();
    for (let index = 0; index < 2; index++) {
      log.warn('one');
      log.warn('two');
      log.error('one');
      log.warn('one', { of: 'a key' }, 'a key');
    }
    expect(lines).toHaveLength(4);
    await timer.advance(60_000);
    expect(lines.slice(4)).toEqual([
      ['warn', 'one', { count: 1 }],
      ['warn', 'two', { count: 1 }],
      ['error', 'one', { count: 1 }],
      ['warn', 'one', { of: 'a key', count: 1 }],
    ]);
  });
});
