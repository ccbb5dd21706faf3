import { describe, expect, test } from 'bun:test';
import { startSleep, withTimeout } from '../../core/timer.ts';
import { manualTimer } from '../timer.ts';
import { testWorld } from '../world.ts';

const open = () => manualTimer(testWorld());

describe('a sleep', () => {
  test('a sleep is over when its time has come, and not before', async () => {
    const timer = open();
    let isOver = false;
    void startSleep(timer, 100).over.then(() => {
      isOver = true;
    });
    await timer.advance(99);
    expect(isOver).toBe(false);
    await timer.advance(1);
    expect(isOver).toBe(true);
  });

  test('a sleep that is ended early leaves no timer behind, and may be ended again', async () => {
    const timer = open();
    const sleep = startSleep(timer, 100);
    sleep.end();
    await sleep.over;
    sleep.end();
    expect(timer.alarms.size).toBe(0);
  });
});

describe('a time-out', () => {
  test('work that ends in time gives its outcome and leaves no timer behind', async () => {
    const timer = open();
    expect(await withTimeout(timer, 100, Promise.resolve('done'), () => 'late')).toBe('done');
    expect(timer.alarms.size).toBe(0);
  });

  test('work that fails in time rejects with its cause and leaves no timer behind', async () => {
    const timer = open();
    const failed = withTimeout(timer, 100, Promise.reject(new Error('broken')), () => 'late');
    expect(await failed.catch((cause: unknown) => cause)).toEqual(new Error('broken'));
    expect(timer.alarms.size).toBe(0);
  });

  test('work that takes too long is answered for, and its failure afterwards is dropped', async () => {
    const timer = open();
    const work = Promise.withResolvers<string>();
    const outcome = withTimeout(timer, 100, work.promise, () => 'late');
    await timer.advance(100);
    expect(await outcome).toBe('late');
    work.reject(new Error('after the time-out'));
  });
});
