import { describe, expect, test } from 'bun:test';
import { ok } from 'neverthrow';
import { bytesOf, positionOf, type Reached, tokenOf } from '../../core/consistency.ts';
import { addSample, createWaitFor, type LogSample, lagOf, stateOf } from '../../core/replica.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';

describe('A consistency token', () => {
  test('It is the position that it was made of', () => {
    const position = { timeline: 26, lsn: '16/B374D848' };
    expect(tokenOf(position)).toBe('1A-16-B374D848');
    expect(positionOf(tokenOf(position))).toEqual(position);
    expect(positionOf('1a-16-b374d848')?.timeline).toBe(26);
  });

  test.each([
    null,
    '',
    'x',
    '1-2',
    '0-1-1',
    '1-2-3-4',
    '1-G-0',
    '123456789-0-0',
    '80000000-0-0',
    '1-0/0',
    ' 1-0-0',
  ])('One that cannot be read is none: %p', (token) => expect(positionOf(token)).toBeNull());

  test('Its place is counted in bytes', () => {
    expect(bytesOf({ lsn: '0/0' })).toBe(0);
    expect(bytesOf({ lsn: '2/10' })).toBe(2 ** 33 + 16);
  });
});

describe('The lag of a replica', () => {
  const sampled = (...all: readonly (readonly [atMs: number, end: number, replayed: number])[]) =>
    all.reduce<readonly LogSample[]>(
      (samples, [atMs, end, replayed]) => addSample(samples, { atMs, end }, replayed),
      [],
    );

  test('It is 0 while the replica has all that the primary had, however long nothing was written', () => {
    const samples = sampled([0, 1_000, 1_000], [1_000, 1_000, 1_000]);
    expect(lagOf(samples, 1_000, 900_000)).toEqual({ lagMs: 0, lagBytes: 0 });
  });

  test('It is the age of the oldest thing that the replica lacks, and not of the newest', () => {
    const samples = sampled([0, 1_000, 1_000], [1_000, 2_000, 1_000], [2_000, 3_000, 1_000]);
    expect(lagOf(samples, 1_000, 2_500)).toEqual({ lagMs: 1_500, lagBytes: 2_000 });
    expect(lagOf(samples, 2_000, 2_500)).toEqual({ lagMs: 500, lagBytes: 1_000 });
  });

  test('It grows for as long as a replica is stuck, although the samples are bounded', () => {
    let samples: readonly LogSample[] = [];
    for (let second = 0; second <= 600; second++)
      samples = addSample(samples, { atMs: second * 1_000, end: 10_000 + second * 1_000 }, 0);
    expect(samples.length).toBeLessThanOrEqual(60);
    expect(lagOf(samples, 0, 600_000).lagMs).toBe(600_000);
  });

  test('The header of a page that the primary has begun is no lag', () => {
    expect(lagOf(sampled([0, 8_216, 8_192]), 8_192, 60_000).lagMs).toBe(0);
  });

  test('It is not known while the primary does not answer, and what was lacking then is forgotten', () => {
    const samples = addSample(sampled([0, 5_000, 1_000]), null, 1_000);
    expect(lagOf(samples, 1_000, 60_000)).toEqual({ lagMs: null, lagBytes: null });
    expect(stateOf({ lagMs: null })).toBe('up');
  });

  test('More than five seconds are too much', () => {
    expect(stateOf({ lagMs: 5_000 })).toBe('up');
    expect(stateOf({ lagMs: 5_001 })).toBe('behind');
  });
});

describe('The wait for a position', () => {
  const waitWith = (answers: readonly Reached[], waitMs = 100) => {
    const timer = createManualTimer(createTestWorld());
    let asked = 0;
    const reached = async () => ok(answers[Math.min(asked++, answers.length - 1)] ?? 'not_yet');
    const waiting = createWaitFor({ reached }, timer, waitMs)({ timeline: 1, lsn: '0/1' });
    return { timer, waiting, asked: () => asked };
  };

  test('It ends with the first answer that the copy is there', async () => {
    const { timer, waiting, asked } = waitWith(['not_yet', 'not_yet', 'reached']);
    await timer.advance(50);
    expect(await waiting).toBe('reached');
    expect(asked()).toBe(3);
  });

  test('It does not wait at all for a copy of another timeline', async () => {
    const { waiting, asked } = waitWith(['other_timeline']);
    expect(await waiting).toBe('other_timeline');
    expect(asked()).toBe(1);
  });

  test('It gives up after its time, and asks a few times in it', async () => {
    const { timer, waiting, asked } = waitWith(['not_yet']);
    await timer.advance(100);
    expect(await waiting).toBe('not_yet');
    expect(asked()).toBeLessThan(10);
  });

  test('It gives up after its time if the copy does not answer', async () => {
    const timer = createManualTimer(createTestWorld());
    const reached = () => new Promise<never>(() => {});
    const waiting = createWaitFor({ reached }, timer, 100)({ timeline: 1, lsn: '0/1' });
    await timer.advance(100);
    expect(await waiting).toBe('not_yet');
  });
});
