import { describe, expect, test } from 'bun:test';
import type { Hint } from '../../core/hint.ts';
import type { Wakeup } from '../../core/queue.ts';
import { defined, unwrap } from './fixture.ts';
import { type OpenWithBackdoor, useFreshStore } from './testContext.ts';

/** What a store offers besides its ports: ping, secrets, pruning and wakeups. */
export const storeUtilitiesContract = (name: string, open: OpenWithBackdoor): void => {
  describe(`${name}: store utilities`, () => {
    const context = useFreshStore(open);

    test('A ping of an open store succeeds', async () => {
      expect((await context().store.ping()).isOk()).toBe(true);
    });

    test('A secret keeps its first value when many callers ask at once', async () => {
      const { fixture, store } = context();
      await fixture.openConnections();
      const secrets = await Promise.all(
        ['a', 'b', 'c', 'd'].map((fresh) => unwrap(store.secret('demo', fresh))),
      );
      expect(new Set(secrets).size).toBe(1);
      expect(await unwrap(store.secret('demo', 'later'))).toBe(defined(secrets[0]));
      expect(await unwrap(store.secret('other', 'another'))).toBe('another');
    });

    test('Pruning keeps the order history and the counters of the last minute', async () => {
      const { fixture, store, world } = context();
      await fixture.pay([await fixture.placeOrder(await fixture.createProduct())]);
      const [lease] = (await fixture.claimTasks('physical')).leases;
      await fixture.report(defined(lease), { kind: 'done', detail: null });
      world.advance(59_000);
      await unwrap(store.prune(fixture.now()));
      expect((await unwrap(store.queue.stats(fixture.now()))).finishedPerSecond).toBeCloseTo(1 / 60, 6);
      world.advance(600_000);
      await unwrap(store.prune(fixture.now()));
      expect((await unwrap(store.queue.stats(fixture.now()))).finishedPerSecond).toBe(0);
      expect(await fixture.historyStates(defined(lease).order.id)).toContain('completed');
    });

    test('A counter of finished tasks is kept for ten minutes', async () => {
      const { fixture, store, world } = context();
      await fixture.pay([await fixture.placeOrder(await fixture.createProduct())]);
      const [lease] = (await fixture.claimTasks('physical')).leases;
      await fixture.report(defined(lease), { kind: 'done', detail: null });
      const finishedAtMs = fixture.now();
      const finished = async () => (await unwrap(store.queue.stats(finishedAtMs))).finishedPerSecond;
      world.advance(600_000);
      await unwrap(store.prune(fixture.now()));
      expect(await finished()).toBeCloseTo(1 / 60, 6);
      world.advance(1);
      await unwrap(store.prune(fixture.now()));
      expect(await finished()).toBe(0);
    });

    test('The step ledger of tasks that are done is kept for as long as the settings say, and that of others stays', async () => {
      const { backdoor, fixture, store, world } = context();
      const leases = await fixture.payAndLease(Array(3).fill(await fixture.createProduct()));
      const [open, ...done] = leases;
      for (const lease of done) await fixture.report(lease, { kind: 'done', detail: null });
      const entries = async () => (await backdoor.allTexts()).filter((row) => /^step_?ledger: /i.test(row));
      const drop = (ledgerMs: number | null, limit = 10) =>
        unwrap(store.dropOld({ ledgerMs, mailsMs: null, limit }, fixture.now()));
      const before = (await entries()).length;
      world.advance(10_000);
      expect(await drop(null)).toBe(0);
      expect(await drop(10_001)).toBe(0);
      expect(await drop(9_000, 1)).toBe(1);
      expect(await drop(9_000, 10)).toBe(1);
      expect(await drop(9_000)).toBe(0);
      expect((await entries()).length).toBe(before / 3);
      expect(await fixture.report(defined(open), { kind: 'done', detail: null })).toHaveLength(1);
      expect(await drop(9_000)).toBe(1);
      expect(await entries()).toEqual([]);
    });

    test('Captured mails are kept for as long as the settings say, the newest last', async () => {
      const { fixture, store, world } = context();
      const send = (messageId: string) =>
        store.mailbox.send({
          ...{ messageId, checkoutId: null, orderIds: [], to: 'lan@example.com' },
          ...{ subject: 's', text: 't', html: 'h', attachments: [] },
        });
      for (const messageId of ['<1@a>', '<2@a>', '<3@a>']) {
        await send(messageId);
        world.advance(1_000);
      }
      const drop = (mailsMs: number | null, limit = 10) =>
        unwrap(store.dropOld({ ledgerMs: null, mailsMs, limit }, fixture.now()));
      const left = async () =>
        (await unwrap(store.mailbox.list({ to: null, after: null, limit: 10 }))).items.map(
          (mail) => mail.messageId,
        );
      expect(await drop(null)).toBe(0);
      expect(await drop(1_500, 1)).toBe(1);
      expect(await left()).toEqual(['<3@a>', '<2@a>']);
      expect(await drop(1_500)).toBe(1);
      expect(await left()).toEqual(['<3@a>']);
    });

    test('A wakeup hint reaches every listener, and no listener that has stopped', async () => {
      const { wakeup } = context().store;
      let hints = 0;
      const stop = wakeup.listen(() => {
        hints++;
      });
      await Promise.all([sendHint(wakeup), sendHint(wakeup)]);
      expect(hints).toBeGreaterThan(0);

      stop();
      const before = hints;
      await sendHint(wakeup);
      await sendHint(wakeup);
      expect(hints).toBe(before);
    });

    test('A wakeup hint names its pipelines, and hints that are sent as one name those of all', async () => {
      const { wakeup } = context().store;
      // Hints that are under way may come first, and be sent as one with these.
      const untilHeard = (expected: Hint, sent: readonly Hint[]) =>
        new Promise<void>((resolve) => {
          const sending = setInterval(() => {
            for (const hint of sent) wakeup.notify(hint);
          }, 5);
          const stop = wakeup.listen((hint) => {
            if (JSON.stringify(hint?.toSorted() ?? null) !== JSON.stringify(expected)) return;
            clearInterval(sending);
            stop();
            resolve();
          });
        });
      await untilHeard(['physical'], [['physical']]);
      await untilHeard(
        ['digital', 'physical', 'refund'],
        [['physical', 'digital'], ['physical'], ['refund']],
      );
      await untilHeard(null, [['physical'], null]);
      await untilHeard(['service'], [['service']]);
    });
  });
};

/** Sends hints until one arrives, because a hint may be lost. */
const sendHint = (wakeup: Wakeup): Promise<void> =>
  new Promise((resolve) => {
    const sending = setInterval(() => wakeup.notify(), 5);
    const stop = wakeup.listen(() => {
      clearInterval(sending);
      stop();
      resolve();
    });
  });
