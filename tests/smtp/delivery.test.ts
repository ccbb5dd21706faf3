import { describe, expect, test } from 'bun:test';
import { mailDomain } from '../../adapters/smtp/address.ts';
import { createSmtpMailer } from '../../adapters/smtp/mailer.ts';
import { attemptsMax, retryAtMs } from '../../core/retry.ts';
import { createRunStep } from '../../core/usecases/runStep.ts';
import { known, shopOver, value } from '../contracts/shop.ts';
import { createMemoryStore } from '../model/store.ts';
import { testWorld } from '../world.ts';
import { type SmtpSink, smtpSink } from './sink.ts';

const from = 'Cửa hàng <orders@shop.example>';

/** A paid order at its mail, a worker, and the mail server that it talks to. */
const shopWithMail = async () => {
  const sink = await smtpSink();
  const world = testWorld();
  const store = createMemoryStore(world);
  const shop = shopOver(store, world);
  const mailer = createSmtpMailer(world, {
    url: sink.url,
    from,
    timeouts: { connectMs: 2_000, silenceMs: 1_000, sendMs: 4_000 },
  });
  const perform = createRunStep({ mailer, world }, { mailDomain: mailDomain(from) });

  const product = await shop.product({ name: 'Áo thun nam' });
  const order = await shop.order(product, { contact: { email: 'khach@example.com', language: 'en' } });
  const [taskId] = await shop.pay([order]);

  return {
    sink,
    world,
    store,
    shop,
    order,
    taskId: known(taskId),
    messageId: `<${order.id}.notify_customer@shop.example>`,
    /** One round of a worker: what is due is taken, sent and reported. Answers how many mails that were. */
    work: async (): Promise<number> => {
      const { leases } = await shop.take('physical', {
        retryAtMs: (attempts) => retryAtMs(attempts, shop.now(), world.random),
      });
      const reports = await Promise.all(leases.map(perform));
      await value(store.queue.report(reports.map(known), shop.now()));
      return leases.length;
    },
    close: async () => {
      await mailer.close();
      await sink.close();
      await store.close();
    },
  };
};

type Scene = Awaited<ReturnType<typeof shopWithMail>>;

const scene = (work: (scene: Scene) => Promise<void>) => async () => {
  const set = await shopWithMail();
  try {
    await work(set);
  } finally {
    await set.close();
  }
};

const idsOf = (mails: SmtpSink['received']): readonly string[] => mails.map(({ messageId }) => messageId);

describe('the mail of a paid order', () => {
  test.concurrent(
    'tells what was bought, once, and completes the order',
    scene(async ({ sink, shop, order, messageId, work }) => {
      await work();
      const [mail] = sink.mails;
      expect(mail).toMatchObject({
        messageId,
        from,
        to: '<khach@example.com>',
        subject: 'Your order has been processed: Áo thun nam',
      });
      const { invoice, history, status } = await shop.detail(order.id);
      for (const fact of ['Áo thun nam', order.product.code, order.id, known(invoice).number]) {
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
    'is tried again after a 4xx, when its pause is over and not before',
    scene(async ({ sink, world, shop, order, taskId, messageId, work }) => {
      sink.behave([{ at: 'rcpt', code: 451, text: '4.7.1 greylisted' }]);
      await work();
      const waiting = await shop.task(taskId);
      expect(waiting).toMatchObject({ state: 'waiting', step: 'notify_customer', attempts: 1 });
      expect(waiting.lastError).toContain('greylisted');
      expect((await shop.detail(order.id)).status).toBe('paid');

      world.clock.set(waiting.runAtMs - 1);
      expect(await work()).toBe(0);
      world.clock.set(waiting.runAtMs);
      expect(await work()).toBe(1);
      expect(idsOf(sink.mails)).toEqual([messageId]);
      expect((await shop.detail(order.id)).status).toBe('completed');
    }),
  );

  test.concurrent(
    'fails openly after a 5xx, and an operator can have it sent',
    scene(async ({ sink, store, shop, order, taskId, work }) => {
      sink.behave([{ at: 'rcpt', code: 550, text: '5.1.1 no such mailbox' }]);
      await work();
      const failed = await shop.task(taskId);
      expect(failed).toMatchObject({ state: 'failed', step: 'notify_customer' });
      expect(failed.lastError).toContain('550 5.1.1 no such mailbox');
      const { status, history } = await shop.detail(order.id);
      expect(status).toBe('failed');
      expect(history.at(-1)).toMatchObject({ state: 'failed', detail: failed.lastError });
      expect(await work()).toBe(0);

      expect(await value(store.queue.retry([taskId], shop.now()))).toBe(1);
      await work();
      expect(sink.mails).toHaveLength(1);
      const states = await shop.history(order.id);
      expect(states.slice(-4)).toEqual(['failed', 'retried', 'customer_notified', 'completed']);
      expect(states.filter((state) => state === 'invoiced')).toHaveLength(1);
    }),
  );

  test.concurrent(
    'waits for another try where the server says nothing',
    scene(async ({ sink, shop, taskId, work }) => {
      sink.behave(['hang_after_greeting']);
      await work();
      const waiting = await shop.task(taskId);
      expect(waiting).toMatchObject({ state: 'waiting', attempts: 1 });
      expect(waiting.lastError).toContain('did not answer in time');
    }),
  );

  test.concurrent(
    'goes again under the same Message-ID where the connection broke after it was sent',
    scene(async ({ sink, world, shop, order, taskId, messageId, work }) => {
      sink.behave(['drop_after_data']);
      await work();
      const waiting = await shop.task(taskId);
      expect(waiting).toMatchObject({ state: 'waiting', attempts: 1 });
      world.clock.set(waiting.runAtMs);
      await work();
      expect(idsOf(sink.received)).toEqual([messageId, messageId]);
      expect(idsOf(sink.mails)).toEqual([messageId]);
      expect((await shop.detail(order.id)).status).toBe('completed');
    }),
  );

  test.concurrent(
    'fails openly once it was tried as often as may be',
    scene(async ({ sink, world, shop, order, taskId, work }) => {
      await sink.close();
      for (let tries = 1; tries < attemptsMax; tries++) {
        expect(await work()).toBe(1);
        const { state, attempts, runAtMs } = await shop.task(taskId);
        expect({ state, attempts }).toEqual({ state: 'waiting', attempts: tries });
        world.clock.set(runAtMs);
      }
      await work();
      expect(await shop.task(taskId)).toMatchObject({
        state: 'failed',
        lastError: 'the mail server cannot be reached (ECONNREFUSED)',
      });
      expect((await shop.detail(order.id)).status).toBe('failed');
    }),
  );
});
