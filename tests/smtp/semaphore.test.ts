import { describe, expect, test } from 'bun:test';
import { createSemaphore } from '../../adapters/smtp/semaphore.ts';
import { waitTurns } from '../timer.ts';

const { signal } = new AbortController();

/** Asks `count` times for admission, and keeps who was admitted. */
const createQueue = (limit: number, count: number) => {
  const semaphore = createSemaphore(limit);
  const admitted: number[] = [];
  for (let holder = 1; holder <= count; holder++)
    void semaphore.acquire(signal).then((isAdmitted) => isAdmitted && admitted.push(holder));
  return { semaphore, admitted };
};

describe('A semaphore', () => {
  test('At most the limit is admitted, first come, first served', async () => {
    const { semaphore, admitted } = createQueue(2, 4);
    await waitTurns(1);
    expect(admitted).toEqual([1, 2]);
    semaphore.release();
    await waitTurns(1);
    expect(admitted).toEqual([1, 2, 3]);
  });

  test('A waiter that gives up is not admitted later, and keeps nobody from being admitted', async () => {
    const { semaphore, admitted } = createQueue(1, 1);
    const impatient = new AbortController();
    const waiting = semaphore.acquire(impatient.signal);
    void semaphore.acquire(signal).then(() => admitted.push(2));
    impatient.abort();
    expect(await waiting).toBe(false);
    semaphore.release();
    await waitTurns(1);
    expect(admitted).toEqual([1, 2]);
    expect(await semaphore.acquire(impatient.signal)).toBe(false);
  });

  test('A holder without room halves the limit, and the limit grows again by one', async () => {
    const { semaphore, admitted } = createQueue(4, 8);
    expect(semaphore.shrink()).toBe(true);
    for (const _ of [1, 2]) semaphore.release();
    await waitTurns(1);
    expect(admitted).toEqual([1, 2, 3, 4]);
    semaphore.release();
    await waitTurns(1);
    expect(admitted).toEqual([1, 2, 3, 4, 5]);
    semaphore.grow();
    await waitTurns(1);
    expect(admitted).toEqual([1, 2, 3, 4, 5, 6]);
    for (let time = 0; time < 5; time++) semaphore.grow();
    await waitTurns(1);
    expect(admitted).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('Holders that see the same lack of room halve the limit once', async () => {
    const { semaphore, admitted } = createQueue(8, 12);
    for (const _ of [1, 2, 3]) {
      expect(semaphore.shrink()).toBe(true);
      semaphore.release();
    }
    for (const _ of [1, 2]) semaphore.release();
    await waitTurns(1);
    // Of eight, five have left. Half of eight may hold.
    expect(admitted).toHaveLength(9);
  });

  test('The last holder cannot shrink the limit to nothing', async () => {
    const { semaphore } = createQueue(2, 1);
    expect(semaphore.shrink()).toBe(false);
  });
});
