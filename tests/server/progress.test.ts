import { describe, expect, test } from 'bun:test';
import { createProgress, renderProgressLine } from '../../server/progress.ts';
import { createTestWorld } from '../world.ts';

const createWatchedProgress = (isTTY: boolean, total: number) => {
  const world = createTestWorld();
  const written: string[] = [];
  const progress = createProgress(total, { isTTY, write: (text: string) => written.push(text) }, world.clock);
  return { ...progress, written, advance: world.advance };
};

describe('progress', () => {
  test('A progress line shows the share, the counts, the speed and the remaining time', () => {
    expect(renderProgressLine(21_000, 50_000, 6_000)).toBe(
      ' 42%  21,000 of 50,000 orders  3,500/s  0:09 left',
    );
    expect(renderProgressLine(50_000, 50_000, 10_000)).toBe(
      '100%  50,000 of 50,000 orders  5,000/s  0:00 left',
    );
    expect(renderProgressLine(100, 100_000, 1_000)).toContain('16:39 left');
    expect(renderProgressLine(0, 100, 0)).toBe('  0%  0 of 100 orders  0/s');
  });

  test('The progress on a terminal redraws its bar every tenth of a second', () => {
    const { show, end, written, advance } = createWatchedProgress(true, 100);
    advance(100);
    show(25);
    advance(50);
    show(30);
    advance(50);
    show(50);
    end();
    expect(written).toHaveLength(3);
    expect(written[0]).toStartWith('\r[██████··················]  25%');
    expect(written[1]).toStartWith('\r[████████████············]  50%');
    expect(written[2]).toBe('\n');
  });

  test('The progress in a log adds a line every five seconds, and one at the end', () => {
    const { show, end, written, advance } = createWatchedProgress(false, 100);
    advance(4_999);
    show(10);
    advance(1);
    show(20);
    advance(1_000);
    show(100);
    end();
    expect(written).toHaveLength(2);
    for (const line of written) expect(line).toMatch(/^[ \d]+%.* left\n$/);
    expect(written[1]).toStartWith('100%');
  });
});
