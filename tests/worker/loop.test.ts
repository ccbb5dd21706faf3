import { expect, test } from 'bun:test';
import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../core/result.ts';
import { startLoop } from '../../worker/loop.ts';
import { createOutageLog } from '../../worker/outage.ts';
import { manualTimer, turns } from '../timer.ts';
import { testWorld } from '../world.ts';
import { testLog, until } from './harness.ts';

type Round = Result<number, Unavailable>;

/** A loop whose rounds the test ends, each with what it is to answer. */
const loopOf = () => {
  const world = testWorld();
  const timer = manualTimer(world);
  const { log } = testLog();
  const begunMs: number[] = [];
  let answer: ((round: Round) => void) | null = null;
  const startMs = world.clock.nowMs();
  const poll = () => {
    begunMs.push(world.clock.nowMs() - startMs);
    return new Promise<Round>((resolve) => {
      answer = resolve;
    });
  };
  // The highest draw makes each pause the longest: 500 ms, 1 s, 2 s …
  const random = { ...world.random, unit: () => 1 };
  const loop = startLoop('loop', poll, {
    timer,
    clock: world.clock,
    random,
    log,
    outage: createOutageLog(log, world.clock),
  });
  return {
    ...loop,
    begunMs,
    advance: timer.advance,
    turnBack: (ms: number) => world.advance(-ms),
    end: async (round: Round) => {
      answer?.(round);
      await turns(3);
    },
  };
};

const failed: Round = err({ kind: 'unavailable', reason: 'gone' });

test('sleeps as long as a round says, and not at all for 0', async () => {
  const { begunMs, advance, end } = loopOf();
  await end(ok(0));
  await end(ok(100));
  await advance(99);
  expect(begunMs).toEqual([0, 0]);
  await advance(1);
  expect(begunMs).toEqual([0, 0, 100]);
});

test('a hint ends the sleep', async () => {
  const { begunMs, wake, advance, end } = loopOf();
  await end(ok(100));
  await advance(40);
  wake();
  await turns(3);
  expect(begunMs).toEqual([0, 40]);
});

test('a hint during a round, or several, make one round more', async () => {
  const { begunMs, wake, advance, end } = loopOf();
  wake();
  wake();
  await end(ok(100));
  await advance(25);
  expect(begunMs).toEqual([0, 25]);
  await end(ok(100));
  await advance(99);
  expect(begunMs).toEqual([0, 25]);
});

test('hints that come close together share a round, and the one after a sleep waits for nothing', async () => {
  const { begunMs, wake, advance, end } = loopOf();
  await end(ok(500));
  await advance(10);
  wake();
  await advance(14);
  wake();
  expect(begunMs).toEqual([0]);
  await advance(1);
  expect(begunMs).toEqual([0, 25]);
  await end(ok(500));
  await advance(300);
  wake();
  await turns(3);
  expect(begunMs).toEqual([0, 25, 325]);
});

test('a hint after the clock was put back is held up no longer than others', async () => {
  const { begunMs, wake, advance, turnBack, end } = loopOf();
  await end(ok(500));
  turnBack(3_600_000);
  wake();
  await advance(25);
  expect(begunMs).toEqual([0, -3_600_000 + 25]);
});

test('a round that was full is followed at once, whatever was hinted', async () => {
  const { begunMs, wake, end } = loopOf();
  wake();
  await end(ok(0));
  expect(begunMs).toEqual([0, 0]);
});

test('pauses grow while rounds fail, no hint cuts them short, and they begin anew after a good round', async () => {
  const { begunMs, wake, advance, end } = loopOf();
  wake();
  await end(failed);
  await advance(499);
  wake();
  await turns(3);
  expect(begunMs).toEqual([0]);
  await advance(1);
  await end(failed);
  await advance(1_000);
  expect(begunMs).toEqual([0, 500, 1_500]);
  await end(ok(100));
  await advance(100);
  await end(failed);
  await advance(500);
  expect(begunMs).toEqual([0, 500, 1_500, 1_600, 2_100]);
});

test('stops out of its sleep at once, and out of a round when that is over', async () => {
  const sleeping = loopOf();
  await sleeping.end(ok(100));
  await sleeping.stop();

  const busy = loopOf();
  let stopped = false;
  void busy.stop().then(() => {
    stopped = true;
  });
  await turns(3);
  expect(stopped).toBe(false);
  await busy.end(ok(100));
  await until(() => stopped);
  expect([sleeping.begunMs.length, busy.begunMs.length]).toEqual([1, 1]);
});
