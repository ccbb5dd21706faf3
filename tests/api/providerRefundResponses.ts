import { valueAt } from './reply.ts';
import type { Api } from './testApi.ts';

type Shop = Pick<Api, 'store' | 'world'> & { readonly root: ReturnType<Api['as']> };

/** Pays for two orders. Sends requests about refunds and a dispute of their charge that the provider reports. */
export const requestAboutProviderRefunds = async (
  { root, store, world }: Shop,
  both: readonly string[],
): Promise<void> => {
  const paidTogether = await root.checkOut(both);
  const nowMs = world.clock.nowMs();
  const part = {
    refundId: null,
    origin: 'provider',
    amount: { amount: 1, currency: 'VND' },
    atMs: 1,
  } as const;
  const charge = {
    paymentId: String(valueAt(paidTogether.body, 'checkoutId')),
    refunds: ['re_1', 're_2'].map((reference) => ({ ...part, reference })),
    createId: () => world.ids.next(nowMs),
  };
  await store.refunds.adopt(charge, nowMs);
  const unassigned = valueAt((await root.get('/money/refunds_unassigned')).body, 'items') as unknown[];
  const [first, second] = unassigned.map((one) => `/refunds/${valueAt(one, 'refundId')}/assignment`);
  for (const orderId of both) await root.post(`${first}`, { orderId });
  const refundAll = (orderId = '') =>
    root.post('/refunds', { orderId, reason: 'r' }, { 'idempotency-key': crypto.randomUUID() });
  await refundAll(both[0]);
  await root.post(`${second}`, { orderId: both[0] });
  const dispute = {
    reference: 'dp_1',
    amount: { amount: 1, currency: 'VND' },
    reason: 'fraudulent',
    atMs: 1,
  };
  const open = { ...dispute, status: 'open', isConfirmed: true } as const;
  await store.disputes.record({ ...charge, disputes: [open] }, nowMs);
  await refundAll(both[1]);
};
