import { describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import type { Mailer } from '../../core/mail.ts';
import type { Store } from '../../core/store.ts';
import { createRequestRefund } from '../../core/usecases/requestRefund.ts';
import { createMoneyPoll } from '../../worker/moneyWatch.ts';
import { createStepLog } from '../../worker/stepLog.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { createFixtureOpener, createTestLog, waitUntil, withQueue } from './harness.ts';

const open = createFixtureOpener();

const refusing = (reason: string): Mailer => ({ send: async () => ({ kind: 'rejected', reason }) });

describe('Log lines about steps', () => {
  test('A task that fails has a line with its step, pipeline, task and number of orders', async () => {
    const fixture = await open();
    await fixture.placePaidOrders(['digital']);
    const { logLines } = fixture.startWorker({ mailer: refusing('550 no such user') });
    await waitUntil(async () => (await fixture.tasks())[0]?.state === 'failed');
    const [task] = await fixture.tasks();
    expect(logLines).toEqual([
      {
        level: 'error',
        message: 'a task failed; it waits for an operator',
        facts: {
          taskId: task?.id,
          pipeline: 'digital',
          step: 'notify_customer',
          orders: 1,
          error: '550 no such user',
        },
      },
    ]);
  });

  test('Many failures of one kind are one line at once and one line a minute with their count', async () => {
    const { log, logLines } = createTestLog();
    const timer = createManualTimer(createTestWorld());
    const stepLog = createStepLog(log, timer);
    const failure = { pipeline: 'physical', step: 'invoice', orders: 1, isLast: false, failsOrders: false };
    for (let index = 0; index < 50; index++)
      stepLog({
        ...failure,
        taskId: String(index),
        error: `reply ${index}`,
        database: { code: '53100', message: 'no space' },
      });
    await timer.advance(60_000);
    expect(logLines).toMatchObject([
      { level: 'warn', facts: { taskId: '0', database: { code: '53100', message: 'no space' } } },
      { level: 'warn', facts: { taskId: '49', count: 49 } },
    ]);
  });

  test('A refund that the database refuses has a line with the code and the words of the database', async () => {
    const fixture = await open();
    const [orderId = ''] = await fixture.placePaidOrders(['digital']);
    const database = { code: '25006', message: 'cannot execute UPDATE in a read-only transaction' };
    const store: Store = {
      ...fixture.store,
      refunds: {
        ...fixture.store.refunds,
        finish: async () => err({ kind: 'unavailable', reason: 'the database is read-only', database }),
      },
    };
    const key = fixture.world.ids.next(fixture.world.clock.nowMs());
    const command = { key, orderId, amount: null, origin: 'operator', reason: 'torn' } as const;
    (await createRequestRefund({ ...fixture.store, world: fixture.world })(command))._unsafeUnwrap();
    const { logLines } = fixture.startWorker({ store });
    await waitUntil(() => logLines.length > 0);
    expect(logLines[0]).toMatchObject({
      level: 'warn',
      message: 'a step could not be done, and will be tried again',
      facts: { pipeline: 'refund', step: 'refund_charge', database },
    });
  });

  test('A step of our own that throws has a line, and the orders that fail with it are counted', async () => {
    const fixture = await open();
    await fixture.placePaidCart(['digital', 'digital']);
    const { queue } = fixture.store;
    const store = withQueue(fixture.store, {
      claim: async (query) => {
        if (query.pipeline.name !== 'digital') return queue.claim(query);
        const [task] = await fixture.tasks();
        const failure = { taskId: task?.id ?? '', pipeline: 'digital', step: 'issue_licence', orders: 2 };
        const thrown = [
          { ...failure, isLast: true, failsOrders: true, error: 'a bug', cause: new Error('a bug') },
        ];
        return ok({ processed: 1, leases: [], thrown });
      },
    });
    const { logLines } = fixture.startWorker({ store });
    await waitUntil(() => logLines.length > 0);
    expect(logLines[0]).toMatchObject({
      level: 'error',
      message: 'a task failed, and its orders with it; it waits for an operator',
      facts: { orders: 2, error: 'a bug', cause: expect.any(Error) },
    });
  });
});

test('A money check that turns red is said once, and once when it is green again', async () => {
  const world = createTestWorld();
  const { log, logLines } = createTestLog();
  const fixture = await open();
  const green = (await fixture.store.ledger.counts(world.clock.nowMs()))._unsafeUnwrap();
  let count = 2;
  const ledger = {
    ...fixture.store.ledger,
    counts: async () => ok({ ...green, stock_differs: { count, oldestMs: null } }),
  };
  const poll = createMoneyPoll({ store: { ledger }, clock: world.clock, log });
  for (let round = 0; round < 3; round++) await poll();
  count = 0;
  for (let round = 0; round < 3; round++) await poll();
  expect(logLines).toEqual([
    {
      level: 'error',
      message: 'a money check is red',
      facts: { check: 'stock_differs', count: 2, list: '/money/stock_differs' },
    },
    { level: 'info', message: 'a money check is green again', facts: { check: 'stock_differs' } },
  ]);
});

test('Money checks that take long rest a hundred times as long, and at most ten minutes', async () => {
  const fixture = await open();
  const green = (await fixture.store.ledger.counts(0))._unsafeUnwrap();
  const pauseAfter = async (tookMs: number) => {
    let nowMs = 1_000;
    const counts = async () => {
      nowMs += tookMs;
      return ok(green);
    };
    const { log } = createTestLog();
    const clock = { nowMs: () => nowMs };
    const poll = createMoneyPoll({ store: { ledger: { ...fixture.store.ledger, counts } }, clock, log });
    return (await poll())._unsafeUnwrap();
  };
  expect(await Promise.all([20, 400, 60_000, -5_000].map(pauseAfter))).toEqual([
    15_000, 40_000, 600_000, 15_000,
  ]);
});
