import { describe, expect, test } from 'bun:test';
import {
  createRequestPriority,
  pauseAfterTurn,
  shareOnEventLoop,
  shareWithServer,
} from '../../core/requestPriority.ts';
import { createManualTimer, waitTurns } from '../timer.ts';
import { createTestWorld } from '../world.ts';

/** Turns that take as long as the test says, and requests that are open until the test ends them. */
const createFixture = (share = shareWithServer) => {
  const world = createTestWorld();
  const timer = createManualTimer(world);
  const priority = createRequestPriority(timer, share);
  const startMs = world.clock.nowMs();
  const turns: { readonly name: string; readonly atMs: number; readonly tasksMax: number }[] = [];
  /** Requests a turn that takes `ms`. */
  const work = (name: string, ms: number) =>
    priority.work(async (tasksMax) => {
      turns.push({ name, atMs: world.clock.nowMs() - startMs, tasksMax });
      world.advance(ms);
      return name;
    });
  const openRequest = () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const served = priority.serve(() => promise);
    return async () => {
      resolve('served');
      expect(await served).toBe('served');
      await waitTurns(2);
    };
  };
  return {
    ...priority,
    takeTurn: priority.work,
    work,
    openRequest,
    turns,
    timer,
    started: () => turns.map(({ name }) => name),
  };
};

describe('Background work beside requests', () => {
  test('Background work starts at once and without a limit while no request is open', async () => {
    const { work, turns, timer } = createFixture();
    await work('first', 500);
    await work('second', 500);
    const tasksMax = Number.POSITIVE_INFINITY;
    expect(turns).toEqual([
      { name: 'first', atMs: 0, tasksMax },
      { name: 'second', atMs: 500, tasksMax },
    ]);
    expect(timer.alarms.size).toBe(0);
  });

  test('A turn beside an open request is small, and a pause half as long again follows it', async () => {
    const { work, openRequest, turns, timer } = createFixture();
    openRequest();
    void work('first', 30);
    void work('second', 10);
    await waitTurns(5);
    expect(turns).toEqual([{ name: 'first', atMs: 0, tasksMax: 100 }]);
    await timer.advance(44);
    expect(turns).toHaveLength(1);
    await timer.advance(1);
    expect(turns[1]).toEqual({ name: 'second', atMs: 75, tasksMax: 100 });
  });

  test('Background work goes on after a quarter of a second, however long its turns take', async () => {
    const { work, openRequest, started, timer } = createFixture();
    openRequest();
    void work('slow', 60_000);
    void work('next', 1);
    await waitTurns(5);
    await timer.advance(249);
    expect(started()).toEqual(['slow']);
    await timer.advance(1);
    expect(started()).toEqual(['slow', 'next']);
  });

  test('Background work still gives way shortly after the last request, and no longer after that', async () => {
    const { work, openRequest, turns, timer } = createFixture();
    const end = openRequest();
    const endOther = openRequest();
    await end();
    await endOther();
    void work('gap', 8);
    void work('soon', 0);
    void work('later', 0);
    await waitTurns(5);
    await timer.advance(12);
    await work('at once', 1);
    const tasksMax = Number.POSITIVE_INFINITY;
    expect(turns).toEqual([
      { name: 'gap', atMs: 0, tasksMax: 100 },
      { name: 'soon', atMs: 20, tasksMax },
      { name: 'later', atMs: 20, tasksMax },
      { name: 'at once', atMs: 20, tasksMax },
    ]);
    expect(timer.alarms.size).toBe(0);
  });

  test('A pause ends when the requests are over, and not in a gap between them', async () => {
    const { work, openRequest, turns, timer } = createFixture();
    const end = openRequest();
    void work('long', 100);
    void work('next', 1);
    await waitTurns(5);
    await timer.advance(30);
    await end();
    await timer.advance(15);
    const endOther = openRequest();
    await timer.advance(25);
    expect(turns).toHaveLength(1);
    await endOther();
    await timer.advance(19);
    expect(turns).toHaveLength(1);
    await timer.advance(1);
    expect(turns[1]).toEqual({ name: 'next', atMs: 190, tasksMax: Number.POSITIVE_INFINITY });
    expect(timer.alarms.size).toBe(0);
  });

  test('A pause that begins in a gap between requests ends with it if none comes', async () => {
    const { work, openRequest, turns, timer } = createFixture();
    const end = openRequest();
    void work('long', 100);
    await waitTurns(5);
    await end();
    void work('next', 1);
    await waitTurns(5);
    await timer.advance(19);
    expect(turns).toHaveLength(1);
    await timer.advance(1);
    expect(turns[1]).toEqual({ name: 'next', atMs: 120, tasksMax: Number.POSITIVE_INFINITY });
    expect(timer.alarms.size).toBe(0);
  });

  test('A request that fails no longer holds up background work', async () => {
    const { serve, work, turns, timer } = createFixture();
    await expect(serve(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
    await timer.advance(20);
    await work('first', 1);
    expect(turns[0]?.tasksMax).toBe(Number.POSITIVE_INFINITY);
  });

  test('A turn that throws fails alone, and the next one follows after its pause', async () => {
    const { openRequest, work, takeTurn, started } = createFixture();
    openRequest();
    const failing = takeTurn(() => Promise.reject(new Error('a bug')));
    const next = work('next', 1);
    await expect(failing).rejects.toThrow('a bug');
    expect(await next).toBe('next');
    expect(started()).toEqual(['next']);
  });

  test('A process that stops waits for no pause', async () => {
    const { work, openRequest, started, end, timer } = createFixture();
    openRequest();
    void work('first', 100);
    const rest = ['second', 'third'].map((name) => work(name, 100));
    await waitTurns(5);
    end();
    await Promise.all(rest);
    expect(started()).toEqual(['first', 'second', 'third']);
    expect(timer.alarms.size).toBe(0);
  });

  test('A turn is smaller and its pause longer where the database takes the event loop', async () => {
    const { work, openRequest, turns, timer } = createFixture(shareOnEventLoop);
    openRequest();
    void work('first', 10);
    void work('second', 10);
    await waitTurns(5);
    await timer.advance(40);
    expect(turns).toEqual([
      { name: 'first', atMs: 0, tasksMax: 25 },
      { name: 'second', atMs: 50, tasksMax: 25 },
    ]);
  });

  test('The pause after a turn grows with the turn, to a quarter of a second', () => {
    const pausesOf = (share: typeof shareWithServer) =>
      [0, 5, 250, 10_000, -10_000].map((tookMs) => pauseAfterTurn(tookMs, share));
    expect(pausesOf(shareWithServer)).toEqual([0, 7.5, 250, 250, 0]);
    expect(pausesOf(shareOnEventLoop)).toEqual([0, 20, 250, 250, 0]);
  });
});
