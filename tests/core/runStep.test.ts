import { describe, expect, test } from 'bun:test';
import type { Mail, MailOutcome } from '../../core/mail.ts';
import type { Lease } from '../../core/queue.ts';
import { attemptsMax } from '../../core/retry.ts';
import { createRunStep } from '../../core/usecases/runStep.ts';
import { testWorld } from '../world.ts';
import { order } from './checkouts.ts';

const lease = (changes: Partial<Lease> = {}): Lease => ({
  taskId: 'task',
  lease: 3,
  untilMs: 2_000,
  pipeline: 'physical',
  step: 'notify_customer',
  attempts: 0,
  order: order('order-1'),
  contact: { email: 'an@example.com', language: 'en' },
  invoiceNumber: '2026-000001',
  licences: [],
  alreadyDone: false,
  ...changes,
});

describe('a worker at the mail', () => {
  const workAt = (nowMs: number, outcome: MailOutcome = { kind: 'accepted' }) => {
    const sent: Mail[] = [];
    const mailer = {
      send: async (mail: Mail) => {
        sent.push(mail);
        return outcome;
      },
    };
    const perform = createRunStep({ mailer, world: testWorld(nowMs, 1) }, { mailDomain: 'shop.test' });
    return { sent, perform };
  };
  const messageId = '<order-1.notify_customer@shop.test>';

  test('sends it, and reports under which id', async () => {
    const { sent, perform } = workAt(1_000);
    const report = await perform(lease());
    expect(report).toEqual({ taskId: 'task', lease: 3, outcome: { kind: 'done', detail: messageId } });
    expect(sent).toMatchObject([{ messageId, to: 'an@example.com', orderId: 'order-1' }]);
  });

  test('sends every try under the same id', async () => {
    const { sent, perform } = workAt(1_000);
    await perform(lease());
    await perform(lease({ lease: 4, attempts: 2 }));
    expect(sent.map((mail) => mail.messageId)).toEqual([messageId, messageId]);
    expect(sent[1]).toEqual(sent[0]);
  });

  test('does not send again what was delivered', async () => {
    const { sent, perform } = workAt(1_000);
    const report = await perform(lease({ alreadyDone: true }));
    expect(report?.outcome).toEqual({ kind: 'done', detail: null });
    expect(sent).toEqual([]);
  });

  test('does nothing under a lease that ran out', async () => {
    for (const nowMs of [2_000, 2_001]) {
      const { sent, perform } = workAt(nowMs);
      expect(await perform(lease())).toBeNull();
      expect(sent).toEqual([]);
    }
    expect(await workAt(1_999).perform(lease())).not.toBeNull();
  });

  test('tries later what was put off, until it has tried enough', async () => {
    const { perform } = workAt(1_000, { kind: 'deferred', reason: '451 later' });
    const first = await perform(lease());
    expect(first?.outcome).toMatchObject({ kind: 'retry', error: '451 later' });
    const last = await perform(lease({ attempts: attemptsMax - 1 }));
    expect(last?.outcome).toEqual({ kind: 'failed', error: '451 later' });
    const lastButOne = await perform(lease({ attempts: attemptsMax - 2 }));
    expect(lastButOne?.outcome.kind).toBe('retry');
  });

  test('gives up what will never be taken', async () => {
    const { perform } = workAt(1_000, { kind: 'rejected', reason: '550 no such mailbox' });
    expect((await perform(lease()))?.outcome).toEqual({ kind: 'failed', error: '550 no such mailbox' });
  });

  test('at a step that is not for another machine is a bug', async () => {
    const { perform } = workAt(1_000);
    await expect(perform(lease({ step: 'reserve_stock' }))).rejects.toThrow('reserve_stock');
    await expect(perform(lease({ step: 'unheard of' }))).rejects.toThrow('unheard of');
  });
});
