import { describe, expect, test } from 'bun:test';
import { mailDomain } from '../../adapters/smtp/address.ts';
import { createSmtpMailer } from '../../adapters/smtp/mailer.ts';
import { retryAtMs } from '../../core/retry.ts';
import { noStepServices } from '../../core/stepService.ts';
import { createRunStep } from '../../core/usecases/runStep.ts';
import { createFixture, defined, unwrap } from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { plainRenderer } from '../plainRenderer.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { type SmtpSink, startSmtpSink } from './sink.ts';
import { longTimeouts } from './withSink.ts';

const from = 'Cửa hàng <orders@shop.example>';

/** A paid order at its mail step, a worker, and the mail server that it uses. */
const createShopWithMail = async () => {
  const sink = await startSmtpSink();
  const world = createTestWorld();
  const store = createMemoryStore(world);
  const shop = createFixture(store, world);
  const timer = createManualTimer(world);
  const mailer = createSmtpMailer(
    { clock: world.clock, timer },
    { url: sink.url, from, timeouts: longTimeouts },
  );
  const perform = createRunStep(
    { mailer, invoiceRenderer: plainRenderer, stepServices: noStepServices, world },
    { mailDomain: mailDomain(from) },
  );

  const product = await shop.createProduct({ name: 'Áo thun nam' });
  const order = await shop.placeOrder(product, { contact: { email: 'khach@example.com', language: 'en' } });
  const [taskId] = await shop.pay([order]);

  return {
    sink,
    timer,
    world,
    store,
    shop,
    order,
    taskId: defined(taskId),
    messageId: `<${taskId}.notify_customer@shop.example>`,
    /**
     * One round of a worker: claims the due tasks, sends their mails and reports. Returns the number of
     * mails.
     */
    runWorkerOnce: async (): Promise<number> => {
      const { leases } = await shop.claimTasks('physical', {
        retryAtMs: (attempts) => retryAtMs(attempts, shop.now(), world.random),
      });
      const reports = await Promise.all(leases.map(perform));
      await unwrap(store.queue.report(reports.map(defined), shop.now()));
      return leases.length;
    },
    close: async () => {
      await mailer.close();
      await sink.close();
      await store.close();
    },
  };
};

type ShopWithMail = Awaited<ReturnType<typeof createShopWithMail>>;

const withShop = (work: (shop: ShopWithMail) => Promise<void>) => async () => {
  const shop = await createShopWithMail();
  try {
    await work(shop);
  } finally {
    await shop.close();
  }
};

const idsOf = (mails: SmtpSink['received']): readonly string[] => mails.map(({ messageId }) => messageId);

describe('The mail of a paid order', () => {
  test.concurrent(
    'The mail is sent once and describes the order',
    withShop(async ({ sink, shop, order, messageId, runWorkerOnce: work }) => {
      await work();
      const [mail] = sink.mails;
      expect(mail).toMatchObject({
        messageId,
        from,
        to: 'khach@example.com',
        subject: 'Your order has been processed: Áo thun nam',
      });
      const { invoice, history, status } = await shop.findOrder(order.id);
      for (const fact of ['Áo thun nam', order.product.code, order.id, defined(invoice).number]) {
        expect(mail?.text).toContain(fact);
        expect(mail?.html).toContain(fact);
      }
      expect(status).toBe('completed');
      expect(history.find(({ state }) => state === 'customer_notified')?.detail).toBe(messageId);
      expect(await work()).toBe(0);
      expect(sink.received).toHaveLength(1);
    }),
  );

  test.concurrent(
    'A mail is sent again after a 4xx, and not before its delay is over',
    withShop(async ({ sink, world, shop, order, taskId, messageId, runWorkerOnce: work }) => {
      sink.behave([{ at: 'rcpt', code: 451, text: '4.7.1 greylisted' }]);
      await work();
      const waiting = await shop.findTask(taskId);
      expect(waiting).toMatchObject({ state: 'waiting', step: 'notify_customer', attempts: 1 });
      expect(waiting.lastError).toContain('greylisted');
      expect((await shop.findOrder(order.id)).status).toBe('completed');

      world.clock.set(waiting.runAtMs - 1);
      expect(await work()).toBe(0);
      world.clock.set(waiting.runAtMs);
      expect(await work()).toBe(1);
      expect(idsOf(sink.mails)).toEqual([messageId]);
      expect((await shop.historyStates(order.id)).at(-1)).toBe('customer_notified');
    }),
  );

  test.concurrent(
    'A 5xx fails the task and not the order, and an operator can retry the mail',
    withShop(async ({ sink, store, shop, order, taskId, runWorkerOnce: work }) => {
      sink.behave([{ at: 'rcpt', code: 550, text: '5.1.1 no such mailbox' }]);
      await work();
      const failed = await shop.findTask(taskId);
      expect(failed).toMatchObject({ state: 'failed', step: 'notify_customer' });
      expect(failed.lastError).toContain('550 5.1.1 no such mailbox');
      expect((await shop.findOrder(order.id)).status).toBe('completed');
      expect(await work()).toBe(0);

      expect(await unwrap(store.queue.retry([taskId], shop.now()))).toBe(1);
      await work();
      expect(sink.mails).toHaveLength(1);
      const states = await shop.historyStates(order.id);
      expect(states.slice(-2)).toEqual(['completed', 'customer_notified']);
      expect(states.filter((state) => state === 'invoiced')).toHaveLength(1);
    }),
  );

  test.concurrent(
    'A mail counts no attempt if the server does not answer',
    withShop(async ({ sink, timer, shop, taskId, runWorkerOnce: work }) => {
      sink.behave(['hang_after_greeting']);
      const round = work();
      await sink.untilSilent();
      await timer.advance(longTimeouts.sendMs);
      await round;
      const parked = await shop.findTask(taskId);
      expect(parked).toMatchObject({ state: 'paused', attempts: 0 });
      expect(parked.lastError).toContain('did not answer in time');
    }),
  );

  test.concurrent(
    'A mail is sent again with the same Message-ID if the connection broke after its content',
    withShop(async ({ sink, world, shop, order, taskId, messageId, runWorkerOnce: work }) => {
      sink.behave(['drop_after_data']);
      await work();
      const waiting = await shop.findTask(taskId);
      expect(waiting).toMatchObject({ state: 'waiting', attempts: 1 });
      world.clock.set(waiting.runAtMs);
      await work();
      expect(idsOf(sink.received)).toEqual([messageId, messageId]);
      expect(idsOf(sink.mails)).toEqual([messageId]);
      expect((await shop.historyStates(order.id)).at(-1)).toBe('customer_notified');
    }),
  );
});
