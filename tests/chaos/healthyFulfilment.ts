import { mail, type Shop } from './healthyRows.ts';

/** What the orders of the healthy shop got, and what our servers and those of others say about it. */
export const createFulfilment = (): Pick<
  Shop,
  | 'tasks'
  | 'licences'
  | 'shipments'
  | 'carried'
  | 'requestedInvoices'
  | 'invoiceAnswers'
  | 'pauses'
  | 'mails'
  | 'triedMails'
  | 'storedEvents'
> => ({
  tasks: [
    {
      ...{ id: 't1', orderIds: ['stuck'], jobId: null, pipeline: 'service', step: 'book' },
      ...{ state: 'failed', lastError: 'no room' },
    },
    {
      ...{ id: 't2', orderIds: ['mug', 'pen'], jobId: null, pipeline: 'physical', step: 'notify_customer' },
      ...{ state: 'failed', lastError: '550 no such user' },
    },
  ],
  licences: [
    { orderId: 'game', unit: 1, key: 'A' },
    { orderId: 'game', unit: 2, key: 'B' },
    { orderId: 'bounced', unit: 1, key: 'C' },
    { orderId: 'chargedBack', unit: 1, key: 'D' },
  ],
  shipments: ['shirt', 'tee', 'cap', 'mug', 'pen'],
  carried: [{ key: 'c1', body: '{}', orderIds: ['shirt', 'tee', 'cap', 'mug', 'pen'], changed: false }],
  requestedInvoices: null,
  invoiceAnswers: [],
  pauses: [{ id: 'fault', origin: 'fault' }],
  triedMails: [{ taskId: 't2', tries: 1, arrivals: 1 }],
  storedEvents: ['ev1', 'ev2', 'ev3'],
  mails: [
    mail('shirt', 'receipt', 'shirt', ['2026-000001']),
    ...['game', 'lesson'].map((orderId) => mail(orderId, 'receipt', orderId)),
    mail('chargedBack', 'receipt', 'chargedBack', ['2026-000003']),
    mail(['tee', 'cap'], 'receipt', 'group', ['2026-000004']),
    mail('shirt', 'refund', 'r1'),
    mail('regretted', 'refund', 'r3'),
    mail('regretted', 'refund', 'r4'),
    mail('refused', 'refund', 'r5'),
  ],
});
