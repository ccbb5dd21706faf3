import { describe, expect, test } from 'bun:test';
import { startSleep, withTimeout } from '../../core/timer.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';

const createTimer = () => createManualTimer(createTestWorld());

describe('Sleeps', () => {
  test('A sleep finishes when its time has passed, and not before', async () => {
    const timer = createTimer();
    let isFinished = false;
    void startSleep(timer, 100).finished.then(() => {
      isFinished = true;
    });
    await timer.advance(99);
    expect(isFinished).toBe(false);
    await timer.advance(1);
    expect(isFinished).toBe(true);
  });

  test('A sleep that is ended early leaves no timer behind, and can be ended again', async () => {
    const timer = createTimer();
    const sleep = startSleep(timer, 100);
    sleep.end();
    await sleep.finished;
    sleep.end();
    expect(timer.alarms.size).toBe(0);
  });
});

describe('Timeouts', () => {
  test('Work that finishes in time gives its outcome and leaves no timer behind', async () => {
    const timer = createTimer();
    expect(await withTimeout(timer, 100, Promise.resolve('done'), () => 'late')).toBe('done');
    expect(timer.alarms.size).toBe(0);
  });

  test('Work that fails in time rejects with its cause and leaves no timer behind', async () => {
    const timer = createTimer();
    const failed = withTimeout(timer, 100, Promise.reject(new Error('broken')), () => 'late');
    expect(await failed.catch((cause: unknown) => cause)).toEqual(new Error('broken'));
    expect(timer.alarms.size).toBe(0);
  });

  test('Work that takes too long is replaced by the timeout value, and its later failure is ignored', async () => {
    const timer = createTimer();
    const work = Promise.withResolvers<string>();
    const outcome = withTimeout(timer, 100, work.promise, () => 'late');
    await timer.advance(100);
    expect(await outcome).toBe('late');
    work.reject(new Error('after the timeout'));
  });
});
