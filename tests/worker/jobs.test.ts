import { afterEach, describe, expect, test } from 'bun:test';
import type { Refund } from '../../core/refund.ts';
import { createRequestRefund } from '../../core/usecases/requestRefund.ts';
import { returningProvider } from '../core/provider.ts';
import { workplace } from './harness.ts';

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

const refundsOf = async ({ store }: Workplace, orderId: string): Promise<readonly Refund[]> =>
  (await store.refunds.list({ orderId, status: null, after: null, limit: 100 }))._unsafeUnwrap().items;

const refund = async ({ store, world }: Workplace, orderId: string, amount: number | null = null) => {
  const request = createRequestRefund({ ...store, world });
  const key = world.ids.next(world.clock.nowMs());
  const of = amount === null ? null : { amount, currency: null };
  return (await request({ key, orderId, amount: of, reason: 'torn' }))._unsafeUnwrap().refund;
};
const mailsOf = async ({ store }: Workplace, orderId: string) =>
  (await store.mailbox.list({ to: null, after: null, limit: 100 }))
    ._unsafeUnwrap()
    .items.filter((mail) => mail.orderId === orderId);

/** Nothing is left of the shelf after this order. */
const sellLast = async (place: Workplace): Promise<{ readonly had: string; readonly missed: string }> => {
  const [had = '', missed = ''] = await place.sell(['physical', 'physical']);
  const { store, world } = place;
  const draft = { code: 'physical', name: 'Món', type: 'physical', price: { amount: 1000, currency: 'VND' } };
  (await store.products.upsert([{ ...draft, stock: 1 }], world.clock.nowMs(), 'replace'))._unsafeUnwrap();
  return { had, missed };
};

describe('a worker at refunds', () => {
  test('gives a completed order its money back, with a credit note and a mail', async () => {
    const place = await open();
    const [orderId = ''] = await place.sell(['physical']);
    const { advance } = place.work();
    await advance(100);
    await refund(place, orderId);
    await advance(100);
    const order = await place.order(orderId);
    expect(order.status).toBe('refunded');
    expect(order.history.map(({ state }) => state).slice(-3)).toEqual([
      'completed',
      'refund_requested',
      'refunded',
    ]);
    expect(await refundsOf(place, orderId)).toMatchObject([
      { status: 'succeeded', creditNote: 'CN-2026-000001' },
    ]);
    const [second, first] = await mailsOf(place, orderId);
    expect(first?.subject).toContain('đã được xử lý');
    expect(second?.subject).toContain('Đã hoàn tiền');
    expect(second?.text).toContain('CN-2026-000001');
    expect(await place.tasks()).toEqual([]);
  });

  test('gives parts back until all is gone', async () => {
    const place = await open();
    const [orderId = ''] = await place.sell(['digital']);
    const { advance } = place.work();
    await advance(100);
    for (const amount of [300, 300]) await refund(place, orderId, amount);
    await advance(100);
    expect((await place.order(orderId)).status).toBe('completed');
    await refund(place, orderId);
    await advance(100);
    expect((await place.order(orderId)).status).toBe('refunded');
    expect((await refundsOf(place, orderId)).map(({ amount }) => amount.amount)).toEqual([400, 300, 300]);
  });

  test('goes on for as long as the provider is away', async () => {
    const place = await open();
    const [orderId = ''] = await place.sell(['service']);
    const away = { kind: 'unavailable', reason: 'down' } as const;
    const provider = returningProvider(...Array(5).fill(away));
    const { advance } = place.work(
      { provider },
      { pipelines: ['service', 'refund'], pollMs: 30_000, leaseMs: 3_600_000, reconcileAfterMs: 600_000 },
    );
    await advance(100);
    await refund(place, orderId);
    await advance(5 * 60_000);
    expect(provider.asked.length).toBe(3);
    const [task] = await place.tasks();
    expect(task).toMatchObject({ pipeline: 'refund', state: 'waiting', lastError: 'down' });
    await advance(2 * 3_600_000);
    expect((await place.order(orderId)).status).toBe('refunded');
    expect(new Set(provider.asked.map(({ refundId }) => refundId)).size).toBe(1);
  });
});

describe('an order that was paid and cannot be had', () => {
  test('is left to an operator, if that is the policy', async () => {
    const place = await open();
    const { had, missed } = await sellLast(place);
    const { advance } = place.work();
    await advance(60_000);
    expect((await place.statuses([had, missed])).toSorted()).toEqual(['completed', 'failed']);
    expect([...(await refundsOf(place, had)), ...(await refundsOf(place, missed))]).toEqual([]);
  });

  test('is refunded by itself, once, if that is the policy', async () => {
    const place = await open();
    const { had, missed } = await sellLast(place);
    const { advance } = place.work({}, { onUnfulfillable: 'refund' });
    await advance(60_000);
    expect((await place.statuses([had, missed])).toSorted()).toEqual(['completed', 'refunded']);
    expect([...(await refundsOf(place, had)), ...(await refundsOf(place, missed))]).toMatchObject([
      { status: 'succeeded', creditNote: null, reason: 'the order cannot be fulfilled' },
    ]);
    expect(await place.tasks()).toEqual([]);
  });
});
