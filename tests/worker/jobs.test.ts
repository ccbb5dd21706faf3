import { describe, expect, test } from 'bun:test';
import type { Refund } from '../../core/refund.ts';
import { createRequestRefund } from '../../core/usecases/requestRefund.ts';
import { createRefundingProvider } from '../core/providers.ts';
import { createFixtureOpener, type Fixture } from './harness.ts';

const open = createFixtureOpener();

const listRefunds = async ({ store }: Fixture, orderId: string): Promise<readonly Refund[]> =>
  (await store.refunds.list({ orderId, status: null, after: null, limit: 100 }))._unsafeUnwrap().items;

const requestRefund = async ({ store, world }: Fixture, orderId: string, amount: number | null = null) => {
  const request = createRequestRefund({ ...store, world });
  const key = world.ids.next(world.clock.nowMs());
  const refundAmount = amount === null ? null : { amount, currency: null };
  const command = { key, orderId, amount: refundAmount, origin: 'operator', reason: 'torn' } as const;
  return (await request(command))._unsafeUnwrap().refund;
};

const listMails = async ({ store }: Fixture, orderId: string) =>
  (await store.mailbox.list({ to: null, after: null, limit: 100 }))
    ._unsafeUnwrap()
    .items.filter((mail) => mail.orderIds.includes(orderId));

describe('refunds in a worker', () => {
  test('A refund of a completed order returns its money, with a credit note and a mail', async () => {
    const fixture = await open();
    const [orderId = ''] = await fixture.placePaidOrders(['physical']);
    const { advance } = fixture.startWorker();
    await advance(100);
    await requestRefund(fixture, orderId);
    await advance(100);
    const order = await fixture.order(orderId);
    expect(order.status).toBe('refunded');
    expect(order.history.map(({ state }) => state).slice(-3)).toEqual([
      'customer_notified',
      'refund_requested',
      'refunded',
    ]);
    expect(await listRefunds(fixture, orderId)).toMatchObject([
      { status: 'succeeded', creditNote: 'CN-2026-000001' },
    ]);
    const [second, first] = await listMails(fixture, orderId);
    expect(first?.subject).toContain('đã được xử lý');
    expect(second?.subject).toContain('Đã hoàn tiền');
    expect(second?.text).toContain('CN-2026-000001');
    expect(await fixture.tasks()).toEqual([]);
  });

  test('Partial refunds leave the order completed until everything is refunded', async () => {
    const fixture = await open();
    const [orderId = ''] = await fixture.placePaidOrders(['digital']);
    const { advance } = fixture.startWorker();
    await advance(100);
    for (const amount of [300, 300]) await requestRefund(fixture, orderId, amount);
    await advance(100);
    expect((await fixture.order(orderId)).status).toBe('completed');
    await requestRefund(fixture, orderId);
    await advance(100);
    expect((await fixture.order(orderId)).status).toBe('refunded');
    expect((await listRefunds(fixture, orderId)).map(({ amount }) => amount.amount)).toEqual([400, 300, 300]);
  });

  test('A refund is retried under one refund id while the provider is unavailable', async () => {
    const fixture = await open();
    const [orderId = ''] = await fixture.placePaidOrders(['service']);
    const unavailable = { kind: 'unavailable', reason: 'down' } as const;
    const provider = createRefundingProvider(...Array(5).fill(unavailable));
    const { advance } = fixture.startWorker(
      { provider },
      { pipelines: ['service', 'refund'], pollMs: 30_000, leaseMs: 3_600_000, reconcileAfterMs: 600_000 },
    );
    await advance(100);
    await requestRefund(fixture, orderId);
    await advance(5 * 60_000);
    expect(provider.requests.length).toBe(3);
    const [task] = await fixture.tasks();
    expect(task).toMatchObject({ pipeline: 'refund', state: 'waiting', lastError: 'down' });
    await advance(2 * 3_600_000);
    expect((await fixture.order(orderId)).status).toBe('refunded');
    expect(new Set(provider.requests.map(({ refundId }) => refundId)).size).toBe(1);
  });
});
