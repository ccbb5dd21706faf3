import { expect, test } from 'bun:test';
import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../core/result.ts';
import { startLoop } from '../../worker/loop.ts';
import { createOutageLog } from '../../worker/outage.ts';
import { createManualTimer, waitTurns } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { createTestLog, waitUntil } from './harness.ts';

type Round = Result<number, Unavailable>;

/** A loop whose rounds end only when the test calls `endRound` with their result. */
const startTestLoop = () => {
  const world = createTestWorld();
  const timer = createManualTimer(world);
  const { log } = createTestLog();
  const roundStartsMs: number[] = [];
  let resolveRound: ((round: Round) => void) | null = null;
  const startMs = world.clock.nowMs();
  const poll = () => {
    roundStartsMs.push(world.clock.nowMs() - startMs);
    return new Promise<Round>((resolve) => {
      resolveRound = resolve;
    });
  };
  // The highest random number makes each pause as long as possible: 500 ms, 1 s, 2 s …
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
    roundStartsMs,
    advance: timer.advance,
    setClockBack: (ms: number) => world.advance(-ms),
    endRound: async (round: Round) => {
      resolveRound?.(round);
      await waitTurns(3);
    },
  };
};

const failed: Round = err({ kind: 'unavailable', reason: 'gone' });

test('A loop sleeps as long as the round returns, and not at all for 0', async () => {
  const { roundStartsMs, advance, endRound } = startTestLoop();
  await endRound(ok(0));
  await endRound(ok(100));
  await advance(99);
  expect(roundStartsMs).toEqual([0, 0]);
  await advance(1);
  expect(roundStartsMs).toEqual([0, 0, 100]);
});

test('A hint ends the sleep of a loop', async () => {
  const { roundStartsMs, wake, advance, endRound } = startTestLoop();
  await endRound(ok(100));
  await advance(40);
  wake();
  await waitTurns(3);
  expect(roundStartsMs).toEqual([0, 40]);
});

test('Several hints during a round start one more round', async () => {
  const { roundStartsMs, wake, advance, endRound } = startTestLoop();
  wake();
  wake();
  await endRound(ok(100));
  await advance(25);
  expect(roundStartsMs).toEqual([0, 25]);
  await endRound(ok(100));
  await advance(99);
  expect(roundStartsMs).toEqual([0, 25]);
});

test('Hints close together share a round, and the first hint after a sleep is not delayed', async () => {
  const { roundStartsMs, wake, advance, endRound } = startTestLoop();
  await endRound(ok(500));
  await advance(10);
  wake();
  await advance(14);
  wake();
  expect(roundStartsMs).toEqual([0]);
  await advance(1);
  expect(roundStartsMs).toEqual([0, 25]);
  await endRound(ok(500));
  await advance(300);
  wake();
  await waitTurns(3);
  expect(roundStartsMs).toEqual([0, 25, 325]);
});

test('A hint after the clock was set back is delayed no longer than other hints', async () => {
  const { roundStartsMs, wake, advance, setClockBack, endRound } = startTestLoop();
  await endRound(ok(500));
  setClockBack(3_600_000);
  wake();
  await advance(25);
  expect(roundStartsMs).toEqual([0, -3_600_000 + 25]);
});

test('A full round is followed by the next at once, with or without a hint', async () => {
  const { roundStartsMs, wake, endRound } = startTestLoop();
  wake();
  await endRound(ok(0));
  expect(roundStartsMs).toEqual([0, 0]);
});

test('Pauses grow while rounds fail, ignore hints, and start short again after a successful round', async () => {
  const { roundStartsMs, wake, advance, endRound } = startTestLoop();
  wake();
  await endRound(failed);
  await advance(499);
  wake();
  await waitTurns(3);
  expect(roundStartsMs).toEqual([0]);
  await advance(1);
  await endRound(failed);
  await advance(1_000);
  expect(roundStartsMs).toEqual([0, 500, 1_500]);
  await endRound(ok(100));
  await advance(100);
  await endRound(failed);
  await advance(500);
  expect(roundStartsMs).toEqual([0, 500, 1_500, 1_600, 2_100]);
});

test('A loop that sleeps stops at once, and a loop in a round stops after the round', async () => {
  const sleeping = startTestLoop();
  await sleeping.endRound(ok(100));
  await sleeping.stop();

  const busy = startTestLoop();
  let stopped = false;
  void busy.stop().then(() => {
    stopped = true;
  });
  await waitTurns(3);
  expect(stopped).toBe(false);
  await busy.endRound(ok(100));
  await waitUntil(() => stopped);
  expect([sleeping.roundStartsMs.length, busy.roundStartsMs.length]).toEqual([1, 1]);
});
