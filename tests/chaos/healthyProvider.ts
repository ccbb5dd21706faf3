import { charge, providerRefund, type Shop } from './healthyRows.ts';

/** The records of the provider of the healthy shop. */
export const createProviderRecords = (): Pick<
  Shop,
  'charges' | 'providerRefunds' | 'providerDisputes' | 'sentEvents'
> => ({
  charges: [
    charge('ch1', 'pay1', 30, 'succeeded'),
    charge('ch2', 'pay2', 10, 'declined'),
    charge('ch3', 'pay3', 10, 'succeeded'),
    charge('ch4', 'pay4', 10, 'succeeded'),
    charge('ch5', 'pay5', 10, 'succeeded'),
    charge('ch6', 'pay6', 10, 'succeeded'),
    charge('ch7', 'pay7', 20, 'succeeded'),
    charge('ch8', 'pay8', 20, 'succeeded'),
    charge('ch9', 'pay9', 20, 'succeeded'),
  ],
  providerRefunds: [
    providerRefund('re1', 'r1', 'ch1', 4),
    providerRefund('re3', 'r3', 'ch5', 5),
    providerRefund('re4', 'r4', 'ch5', 5),
    providerRefund('re5', 'r5', 'ch4', 10),
    { ...providerRefund('re6', 'r6', 'ch6', 10), status: 'failed' },
    providerRefund('re7', null, 'ch7', 10),
    { ...providerRefund('re9', 'r2', 'ch1', 10), status: 'failed' },
  ],
  providerDisputes: [{ id: 'dp8', chargeId: 'ch7', amount: 10, currency: 'VND', status: 'lost' }],
  sentEvents: [
    { id: 'ev1', type: 'payment_intent.succeeded', acknowledged: true },
    { id: 'ev2', type: 'refund.created', acknowledged: true },
    { id: 'ev3', type: 'charge.succeeded', acknowledged: true },
  ],
});
