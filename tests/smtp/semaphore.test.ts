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

  test('A holder without room takes its place away, until the limit grows again', async () => {
    const { semaphore, admitted } = createQueue(3, 5);
    expect(semaphore.shrink()).toBe(true);
    semaphore.release();
    await waitTurns(1);
    expect(admitted).toEqual([1, 2, 3]);
    semaphore.grow();
    await waitTurns(1);
    expect(admitted).toEqual([1, 2, 3, 4]);
    for (let time = 0; time < 5; time++) semaphore.grow();
    await waitTurns(1);
    expect(admitted).toEqual([1, 2, 3, 4]);
  });

  test('The last holder cannot shrink the limit to nothing', async () => {
    const { semaphore } = createQueue(2, 1);
    expect(semaphore.shrink()).toBe(false);
  });
});
