import { afterEach, describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import type { Mailer } from '../../core/mail.ts';
import type { AsyncResult } from '../../core/result.ts';
import { attemptsMax } from '../../core/retry.ts';
import { createMaintenanceLoops } from '../../worker/maintenance.ts';
import { turns } from '../timer.ts';
import { slowMailer, testLog, until, withQueue, workplace } from './harness.ts';

type Workplace = Awaited<ReturnType<typeof workplace>>;

const opened: Workplace[] = [];
const open = async (): Promise<Workplace> => {
  const place = await workplace();
  opened.push(place);
  return place;
};
afterEach(async () => {
  for (const place of opened.splice(0)) await place.close();
});

const unavailable = async <T>(): AsyncResult<T> => err({ kind: 'unavailable', reason: 'gone' });
const allAre = async ({ statuses }: Workplace, orderIds: readonly string[], wanted: string) =>
  (await statuses(orderIds)).every((status) => status === wanted);

describe('a worker', () => {
  test('takes paid orders of all types to completed, with one mail each', async () => {
    const place = await open();
    const bought = (['physical', 'digital', 'service'] as const).flatMap((type) => Array(20).fill(type));
    const orderIds = await place.sell(bought);
    const { advance } = place.work({}, { batchMax: 7, mailsMax: 3 });
    await advance(100);
    expect(await place.tasks()).toEqual([]);
    const mails = (await place.store.mailbox.list({ to: null, after: null, limit: 100 }))._unsafeUnwrap();
    expect(mails.items.map(({ orderId }) => orderId).sort()).toEqual(orderIds.sort());
    expect((await place.order(orderIds[0] ?? '')).history.map(({ state }) => state)).toEqual([
      'pending',
      'paying',
      'paid',
      'stock_reserved',
      'invoiced',
      'shipment_requested',
      'customer_notified',
      'completed',
    ]);
  });

  test('lets a slow mail hold up neither another pipeline nor the rest of its own', async () => {
    const place = await open();
    const [slow = '', ...others] = await place.sell(['digital', 'digital', 'physical', 'service']);
    const post = slowMailer();
    const { advance } = place.work({ mailer: post.mailer }, { batchMax: 1 });
    await until(() => post.waiting.length === 4);
    const kept = post.waiting.findIndex(({ mail }) => mail.orderId === slow);
    const [stuck] = post.waiting.splice(kept, 1);
    post.letThrough();
    await until(() => allAre(place, others, 'completed'));
    expect(await place.statuses([slow])).toEqual(['paid']);

    const later = await place.sell(['digital']);
    await advance(50);
    post.letThrough();
    await until(() => allAre(place, later, 'completed'));
    stuck?.answer({ kind: 'accepted' });
    await until(() => allAre(place, [slow], 'completed'));
  });

  test('works only the pipelines that it is told to', async () => {
    const place = await open();
    const [digital = '', physical = ''] = await place.sell(['digital', 'physical']);
    const { advance } = place.work({}, { pipelines: ['digital'] });
    await until(() => allAre(place, [digital], 'completed'));
    await advance(60_000);
    expect(await place.statuses([physical])).toEqual(['paid']);
  });

  test('holds no more than two batches, and goes on as soon as there is room', async () => {
    const place = await open();
    const orderIds = await place.sell(Array(10).fill('service'));
    const post = slowMailer();
    const { advance } = place.work({ mailer: post.mailer }, { batchMax: 2, mailsMax: 1 });
    await until(() => post.waiting.length === 1);
    await advance(5_000);
    const running = (await place.tasks()).filter(({ state }) => state === 'running');
    expect(running.length).toBe(4);
    expect(post.waiting.length).toBe(1);
    for (let done = 0; done < 10; done++) {
      expect(post.waiting.length).toBe(1);
      post.letThrough();
      await advance(30);
    }
    expect(await allAre(place, orderIds, 'completed')).toBe(true);
  });

  test('hears a hint, and does without one', async () => {
    const place = await open();
    const { advance, said } = place.work();
    await turns(5);
    const hinted = await place.sell(['digital']);
    await advance(50);
    expect(await place.statuses(hinted)).toEqual(['completed']);

    const deaf = { ...place.store, wakeup: { notify: () => {}, listen: () => () => {} } };
    const other = await open();
    const lost = await other.sell(['digital']);
    const { advance: advanceOther } = other.work({ store: { ...other.store, wakeup: deaf.wakeup } });
    await until(() => allAre(other, lost, 'completed'));
    const later = await other.sell(['digital']);
    await advanceOther(50);
    expect(await other.statuses(later)).toEqual(['paid']);
    await advanceOther(450);
    expect(await other.statuses(later)).toEqual(['completed']);
    await advance(500);
    expect(said).toEqual([]);
  });

  test('writes what was done meanwhile down together', async () => {
    const place = await open();
    const orderIds = await place.sell(Array(30).fill('digital'));
    const post = slowMailer();
    const sizes: number[] = [];
    let first = () => {};
    const store = withQueue(place.store, {
      report: async (reports, nowMs) => {
        sizes.push(reports.length);
        if (sizes.length === 1) await new Promise<void>((resolve) => (first = resolve));
        return place.store.queue.report(reports, nowMs);
      },
    });
    place.work({ store, mailer: post.mailer });
    for (let done = 0; done < 30; done++) {
      await until(() => post.waiting.length > 0);
      post.letThrough(1);
      await until(() => sizes.length === 1);
    }
    await turns(5);
    expect(sizes).toEqual([1]);
    first();
    await until(() => allAre(place, orderIds, 'completed'));
    expect(sizes).toEqual([1, 29]);
  });

  test('writes together even where nothing takes any time', async () => {
    const place = await open();
    const orderIds = await place.sell(Array(30).fill('digital'));
    let settlements = 0;
    const store = withQueue(place.store, {
      report: (reports, nowMs) => {
        settlements++;
        return place.store.queue.report(reports, nowMs);
      },
    });
    place.work({ store });
    await until(() => allAre(place, orderIds, 'completed'));
    expect(settlements).toBe(1);
  });
});

describe('a lease', () => {
  test('lasts as long as its work, however long that takes, and so does one that waits', async () => {
    const place = await open();
    const orderIds = await place.sell(['digital', 'digital']);
    const post = slowMailer();
    const { advance, said } = place.work({ mailer: post.mailer }, { mailsMax: 1 });
    await until(() => post.waiting.length === 1);
    await advance(300_000);
    post.letThrough();
    await until(() => post.waiting.length === 1);
    post.letThrough();
    await until(() => allAre(place, orderIds, 'completed'));
    expect(post.sent.length).toBe(2);
    expect(said).toEqual([]);
  });

  test('that ran out while the worker stood still is another’s, and its report is not sent', async () => {
    const place = await open();
    const orderIds = await place.sell(['digital', 'digital']);
    const frozen = slowMailer();
    const reports: number[] = [];
    const store = withQueue(place.store, {
      report: (given, nowMs) => {
        reports.push(given.length);
        return place.store.queue.report(given, nowMs);
      },
    });
    const paused = place.work({ store, mailer: frozen.mailer }, { mailsMax: 1 });
    await until(() => frozen.waiting.length === 1);

    const lively = place.work();
    await lively.advance(60_000);
    expect(await place.statuses(orderIds)).toEqual(['completed', 'completed']);

    await paused.advance(30_000);
    frozen.letThrough();
    await until(() => paused.said.length > 0);
    expect(paused.said).toMatchObject([
      { level: 'warn', message: 'a lease ran out before its report', facts: { taskId: expect.any(String) } },
    ]);
    expect(reports).toEqual([]);
    expect(frozen.sent.length).toBe(1);
    const { history } = await place.order(frozen.sent[0]?.orderId ?? '');
    expect(history.filter(({ state }) => state === 'customer_notified').length).toBe(1);
  });

  test('of a worker that died is rescued, and at last the order fails openly', async () => {
    const place = await open();
    const [orderId = ''] = await place.sell(['digital']);
    // A mail that kills its worker: nothing is ever heard of it again, not even a heartbeat.
    const deadly = { send: () => new Promise<never>(() => {}) };
    const dead = withQueue(place.store, { heartbeat: async (leases) => ok(leases.map(() => 'nobody’s')) });
    const { advance, said } = place.work({ store: dead, mailer: deadly });
    await advance(5 * 60_000);
    expect(await place.statuses([orderId])).toEqual(['failed']);
    const [task] = await place.tasks();
    expect(task).toMatchObject({ state: 'failed', crashes: 5, attempts: 0 });
    expect(said.filter(({ message }) => message.startsWith('tasks were taken from workers')).length).toBe(5);
  });
});

describe('stopping', () => {
  test('lets what was begun end, and gives the rest back with no attempt spent', async () => {
    const place = await open();
    const orderIds = await place.sell(Array(4).fill('digital'));
    const post = slowMailer();
    const { stop, said } = place.work({ mailer: post.mailer }, { mailsMax: 1 });
    await until(() => post.waiting.length === 1);
    let stopped = false;
    const stopping = stop().then(() => {
      stopped = true;
    });
    await until(async () => (await place.tasks()).filter(({ state }) => state === 'ready').length === 3);
    await turns(20);
    expect(stopped).toBe(false);
    post.letThrough();
    await stopping;
    expect((await place.statuses(orderIds)).sort()).toEqual(['completed', 'paid', 'paid', 'paid']);
    expect(
      (await place.tasks()).map(({ state, attempts, crashes }) => ({ state, attempts, crashes })),
    ).toEqual(Array(3).fill({ state: 'ready', attempts: 0, crashes: 0 }));
    expect(post.sent.length).toBe(1);
    expect(said).toEqual([]);
  });

  test('waits for what does not end no longer than it may', async () => {
    const place = await open();
    await place.sell(['digital']);
    const post = slowMailer();
    const { stop, advance, said } = place.work({ mailer: post.mailer });
    await until(() => post.waiting.length === 1);
    let stopped = false;
    const stopping = stop().then(() => {
      stopped = true;
    });
    await advance(9_999);
    expect(stopped).toBe(false);
    await advance(1);
    await stopping;
    expect(said.map(({ message }) => message)).toEqual(['leases are left to be rescued']);
    post.letThrough();
    await turns(5);
    expect((await place.tasks()).map(({ state }) => state)).toEqual(['running']);
  });

  const hangs = () => new Promise<never>(() => {});
  test.each<[string, Partial<Workplace['store']['queue']>]>([
    ['taking', { claim: hangs }],
    ['a rescue', { rescue: hangs }],
    ['a heartbeat', { heartbeat: hangs }],
    ['giving back', { release: hangs }],
  ])('waits no longer for %s either', async (_, queue) => {
    const place = await open();
    await place.sell(['digital', 'digital']);
    const store = withQueue(place.store, queue);
    const { stop, advance } = place.work({ store, mailer: slowMailer().mailer }, { mailsMax: 1 });
    await advance(10_000);
    const stopping = stop();
    await advance(10_000);
    await stopping;
  });

  test('takes no more, listens no more and leaves no alarm set', async () => {
    const place = await open();
    let listeners = 0;
    const wakeup = {
      notify: () => {},
      listen: () => {
        listeners++;
        return () => {
          listeners--;
        };
      },
    };
    const { stop, advance, alarms } = place.work({ store: { ...place.store, wakeup } });
    await turns(5);
    expect([listeners, alarms.size > 0]).toEqual([1, true]);
    await stop();
    expect([listeners, alarms.size]).toEqual([0, 0]);
    const orderIds = await place.sell(['digital']);
    await advance(60_000);
    expect(await place.statuses(orderIds)).toEqual(['paid']);
    expect(await place.tasks()).toMatchObject([{ state: 'ready' }]);
  });
});

describe('when the store is unavailable', () => {
  test('it is said once, and once when it is over, and then all is done', async () => {
    const place = await open();
    const orderIds = await place.sell(['digital', 'physical', 'service']);
    let isDown = true;
    let asked = 0;
    const store = {
      ...withQueue(place.store, {
        claim: (query) => {
          asked++;
          return isDown ? unavailable() : place.store.queue.claim(query);
        },
        rescue: (query) => (isDown ? unavailable() : place.store.queue.rescue(query)),
      }),
      prune: (nowMs: number) => (isDown ? unavailable<void>() : place.store.prune(nowMs)),
    };
    const { advance, said } = place.work({ store });
    await advance(60_000);
    // Three loops a minute long: 120 rounds each by the poll, about 11 by pauses that grow to 10 s.
    expect(asked).toBeGreaterThan(3 * 8);
    expect(asked).toBeLessThan(3 * 20);
    expect(said).toMatchObject([{ level: 'warn', facts: { reason: 'gone' } }]);
    isDown = false;
    await advance(10_000);
    expect(await place.statuses(orderIds)).toEqual(['completed', 'completed', 'completed']);
    expect(said.slice(1)).toMatchObject([
      { level: 'info', message: 'the store is available again', facts: { afterMs: expect.any(Number) } },
    ]);
  });

  test('for longer than a lease, what was sent is not sent again because the rescue is back first', async () => {
    const place = await open();
    const orderIds = await place.sell(['digital']);
    let isDown = false;
    const { queue, ping } = place.store;
    const store = {
      ...withQueue(place.store, {
        report: (...asked) => (isDown ? unavailable() : queue.report(...asked)),
        heartbeat: (...asked) => (isDown ? unavailable() : queue.heartbeat(...asked)),
        claim: (query) => (isDown ? unavailable() : queue.claim(query)),
        rescue: (query) => (isDown ? unavailable() : queue.rescue(query)),
      }),
      ping: () => (isDown ? unavailable<void>() : ping()),
    };
    const post = slowMailer();
    const world = { ...place.world, random: { ...place.world.random, unit: () => 1 } };
    const { advance } = place.work({ store, mailer: post.mailer, world });
    await until(() => post.waiting.length === 1);
    isDown = true;
    post.letThrough();
    // The report is tried again 9.5 s after that, and the rescue already 4.5 s after it.
    await advance(36_000);
    isDown = false;
    await advance(10_000);
    expect(await place.statuses(orderIds)).toEqual(['completed']);
    expect(post.sent.length).toBe(1);
  });

  test('what was sent is reported as soon as it is back, and not sent again', async () => {
    const place = await open();
    const orderIds = await place.sell(['digital']);
    let isDown = true;
    const store = withQueue(place.store, {
      report: (reports, nowMs) => (isDown ? unavailable() : place.store.queue.report(reports, nowMs)),
    });
    const post = slowMailer();
    const { advance, said } = place.work({ store, mailer: post.mailer });
    await until(() => post.waiting.length === 1);
    post.letThrough();
    await advance(120_000);
    expect(await place.statuses(orderIds)).toEqual(['paid']);
    isDown = false;
    await advance(10_000);
    expect(await place.statuses(orderIds)).toEqual(['completed']);
    expect(post.sent.length).toBe(1);
    expect(said.map(({ level }) => level)).toEqual(['warn', 'info']);
  });
});

describe('a bug', () => {
  test('in a step is a failed try of its task alone, told with its stack, and after the last the order fails', async () => {
    const place = await open();
    const [poison = '', ...others] = await place.sell(['digital', 'digital', 'digital']);
    const mailer: Mailer = {
      send: async (mail) => {
        if (mail.orderId === poison) throw new Error('poison');
        return { kind: 'accepted' };
      },
    };
    // An hour of polls, of which one loop every five seconds is enough.
    const { advance, said } = place.work({ mailer }, { pipelines: ['digital'], pollMs: 5_000 });
    await until(() => allAre(place, others, 'completed'));
    expect(await place.tasks()).toMatchObject([{ state: 'waiting', attempts: 1, lastError: 'poison' }]);
    await advance(60 * 60_000);
    expect(await place.tasks()).toMatchObject([{ state: 'failed', crashes: 0, lastError: 'poison' }]);
    expect(await place.statuses([poison])).toEqual(['failed']);
    expect(said.length).toBe(attemptsMax);
    expect(said[0]).toMatchObject({ level: 'error', facts: { orderId: poison, cause: expect.any(Error) } });
  });

  test('in the queue is told with its stack, and the loop goes on after a pause', async () => {
    const place = await open();
    const orderIds = await place.sell(['digital']);
    let isBroken = true;
    const store = withQueue(place.store, {
      claim: (query) => {
        if (isBroken) throw new Error('broken');
        return place.store.queue.claim(query);
      },
    });
    const { advance, said } = place.work({ store }, { pipelines: ['digital'] });
    await turns(20);
    expect(said).toMatchObject([{ level: 'error', facts: { cause: expect.any(Error) } }]);
    isBroken = false;
    await advance(1_000);
    expect(await place.statuses(orderIds)).toEqual(['completed']);
  });

  test('in writing a report down leaves the task to the rescue', async () => {
    const place = await open();
    const orderIds = await place.sell(['digital']);
    let isBroken = true;
    const store = withQueue(place.store, {
      report: async (reports, nowMs) => {
        if (isBroken) throw new Error('broken');
        return place.store.queue.report(reports, nowMs);
      },
    });
    const { advance, said } = place.work({ store });
    await until(() => said.length > 0);
    isBroken = false;
    await advance(60_000);
    expect(await place.statuses(orderIds)).toEqual(['completed']);
    expect(said.map(({ level }) => level)).toEqual(['error', 'warn']);
  });
});

describe('the maintenance', () => {
  test('settles a checkout whose outcome was lost', async () => {
    const place = await open();
    const orderIds = await place.sell(['digital'], 'pm_sim_lost_ok');
    expect(await place.statuses(orderIds)).toEqual(['paying']);
    const { advance } = place.work();
    await advance(14_999);
    expect(await place.statuses(orderIds)).toEqual(['paying']);
    await advance(3_001);
    expect(await place.statuses(orderIds)).toEqual(['completed']);
  });

  test('goes on without a pause while there is more than one round can do', async () => {
    const place = await open();
    const sold: string[][] = [];
    for (let count = 0; count < 60; count++) sold.push(await place.sell(['digital'], 'pm_sim_lost_ok'));
    place.world.advance(15_000);
    const { advance } = place.work();
    await advance(100);
    expect(await allAre(place, sold.flat(), 'completed')).toBe(true);

    const { store, world } = place;
    const rescued = [500, 499];
    const { log } = testLog();
    const { rescue } = createMaintenanceLoops(
      {
        store: withQueue(store, { rescue: async () => ok(rescued.shift() ?? 0) }),
        reconcile: async () => ok(0),
        refund: null,
        clock: world.clock,
        log,
      },
      { leaseMs: 30_000, reconcileAfterMs: 15_000 },
    );
    expect([(await rescue?.())?._unsafeUnwrap(), (await rescue?.())?._unsafeUnwrap()]).toEqual([0, 15_000]);
  });

  test('prunes each minute', async () => {
    const place = await open();
    const prunedMs: number[] = [];
    const store = {
      ...place.store,
      prune: (nowMs: number) => {
        prunedMs.push(nowMs);
        return place.store.prune(nowMs);
      },
    };
    const startMs = place.world.clock.nowMs();
    const { advance } = place.work({ store });
    await advance(120_000);
    expect(prunedMs.map((ms) => ms - startMs)).toEqual([0, 60_000, 120_000]);
  });
});
