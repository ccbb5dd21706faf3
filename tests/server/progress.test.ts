import { describe, expect, test } from 'bun:test';
import { progress, progressLine } from '../../server/progress.ts';
import { testWorld } from '../world.ts';

const watched = (isTTY: boolean, total: number) => {
  const world = testWorld();
  const written: string[] = [];
  const shown = progress(total, { isTTY, write: (text: string) => written.push(text) }, world.clock);
  return { ...shown, written, advance: world.advance };
};

describe('progress', () => {
  test('says how far it is, how fast, and how long it will take', () => {
    expect(progressLine(21_000, 50_000, 6_000)).toBe(' 42%  21,000 of 50,000 orders  3,500/s  0:09 left');
    expect(progressLine(50_000, 50_000, 10_000)).toBe('100%  50,000 of 50,000 orders  5,000/s  0:00 left');
    expect(progressLine(100, 100_000, 1_000)).toContain('16:39 left');
    expect(progressLine(0, 100, 0)).toBe('  0%  0 of 100 orders  0/s');
  });

  test('draws a bar over itself on a terminal, a tenth of a second apart', () => {
    const { show, end, written, advance } = watched(true, 100);
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

  test('adds a plain line every five seconds elsewhere, and one at the end', () => {
    const { show, end, written, advance } = watched(false, 100);
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
