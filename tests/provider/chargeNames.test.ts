import { expect, test } from 'bun:test';
import { createFakeStripe, json } from './fakeStripe.ts';

const none = json({ object: 'list', data: [], has_more: false });
const made = json({ id: 're_1', object: 'refund', status: 'succeeded', metadata: { refund_id: 'r' } });

test.each([
  ['payment_intent', 'pi_1'],
  ['charge', 'ch_1'],
])('A refund names its %s at Stripe if the reference is %s', async (parameter, reference) => {
  const { provider, sent } = createFakeStripe([none, made]);
  const outcome = await provider.refund({
    refundId: 'r',
    reference,
    amount: { amount: 100, currency: 'VND' },
  });
  expect(outcome).toEqual({ kind: 'succeeded', reference: 're_1' });
  expect(sent[0]?.path).toBe(`/v1/refunds?${parameter}=${reference}&limit=100`);
  const { amount: _, ...named } = Object.fromEntries(new URLSearchParams(sent[1]?.body));
  expect(named).toEqual({ [parameter]: reference, 'metadata[refund_id]': 'r' });
});

test('A charge without a payment intent is named by its own id in the ledger', async () => {
  const charge = {
    ...{ id: 'ch_1', object: 'charge', status: 'succeeded', amount_captured: 100, currency: 'vnd' },
    ...{ created: 1, metadata: {} },
  };
  const page = (data: unknown) => json({ object: 'list', data: [data], has_more: false });
  const { provider } = createFakeStripe([page(charge), page({ ...charge, payment_intent: 'pi_1' })]);
  for (const reference of ['ch_1', 'pi_1']) {
    const ledger = await provider.readLedger({ fromMs: 0, toMs: 5_000, after: null });
    expect(ledger._unsafeUnwrap().items).toMatchObject([{ id: 'ch_1', reference }]);
  }
});
