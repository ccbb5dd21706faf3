import { createFulfilment } from './healthyFulfilment.ts';
import { createProviderRecords } from './healthyProvider.ts';
import {
  activity,
  creditNote,
  expiredStates,
  invoice,
  order,
  payment,
  refund,
  type Shop,
  states,
} from './healthyRows.ts';

export const paidReply = {
  key: 'key1',
  orderIds: ['shirt', 'game', 'lesson'],
  checkoutId: 'pay1',
  outcome: 'succeeded',
  replay: null,
} as const;

export const declinedReply = { key: 'key2', checkoutId: 'pay2', outcome: 'declined' } as const;

export const acceptedRefundReply = {
  key: 'part',
  orderId: 'shirt',
  amount: 4,
  refundId: 'r1',
  body: 'r1 is requested',
  outcome: 'accepted',
} as const;

/**
 * A snapshot without violations:
 * - one checkout with an order of each type, completed; one order is partially refunded (`shirt`), and the refund
 *   of another failed (`game`);
 * - a declined order with a late charge that was refunded (`refused`), a cancelled one (`dropped`), and one that was
 *   released after its end (`forgotten`);
 * - a paid order that a step refused (`stuck`);
 * - an order refunded whole before its shipment (`regretted`), and one whose refund succeeded and failed later
 *   (`bounced`);
 * - one checkout of two orders, of which one was refunded at the provider (`dashboard`), and a bank took the money of the
 *   other (`chargedBack`);
 * - one checkout of a group of two orders (`tee` and `cap`), and one of a group whose mail was refused (`mug` and `pen`).
 */
export const createHealthyShop = (): Shop => {
  const orders = createOrders();
  const history = createHistory();
  return {
    products: [
      { id: 'p1', initialStock: 5, stock: 4, delivered: 5 },
      { id: 'p2', initialStock: null, stock: null, delivered: 0 },
      { id: 'p3', initialStock: 2, stock: 0, delivered: 2 },
    ],
    orders,
    history,
    ...createMoney(),
    ...createActivity(),
    ...createFulfilment(),
    ...createProviderRecords(),
    takenMs: 6_500,
    clientLog: { ...createRecordedLog(orders), ...createFinalReads(orders, history) },
  };
};

const createOrders = (): Shop['orders'] => [
  { ...order('shirt', 'p1', 'physical', 'completed', 'pay1'), held: 1 },
  { ...order('game', 'p2', 'digital', 'completed', 'pay1'), quantity: 2 },
  { ...order('lesson', 'p3', 'service', 'completed', 'pay1'), held: 1 },
  order('refused', 'p1', 'physical', 'pending', 'pay2'),
  order('dropped', 'p1', 'physical', 'cancelled', null),
  { ...order('forgotten', 'p2', 'digital', 'cancelled', null), expiresMs: 1_000 },
  { ...order('stuck', 'p3', 'service', 'failed', 'pay3'), held: 1 },
  order('regretted', 'p1', 'physical', 'refunded', 'pay5'),
  order('bounced', 'p2', 'digital', 'refunded', 'pay6'),
  order('dashboard', 'p2', 'digital', 'refunded', 'pay7'),
  order('chargedBack', 'p2', 'digital', 'completed', 'pay7'),
  order('tee', 'p2', 'physical', 'completed', 'pay8'),
  order('cap', 'p2', 'physical', 'completed', 'pay8'),
  order('mug', 'p2', 'physical', 'completed', 'pay9'),
  order('pen', 'p2', 'physical', 'completed', 'pay9'),
];

const createHistory = (): Shop['history'] => {
  const paidStates = ['pending', 'paying', 'paid'];
  const reservedStates = ['pending', 'paying', 'stock_reserved', 'paid'];
  return [
    ...states(
      'shirt',
      [
        ...[...reservedStates, 'invoiced', 'shipment_requested', 'completed', 'customer_notified'],
        ...['refund_requested', 'partially_refunded'],
      ],
      { invoiced: '2026-000001', customer_notified: 'shirt' },
    ),
    ...states(
      'game',
      [
        ...[...paidStates, 'licence_issued', 'invoiced', 'completed', 'refund_requested'],
        ...['customer_notified', 'refund_failed'],
      ],
      { invoiced: '2026-000001', customer_notified: 'game' },
    ),
    ...states('lesson', [...reservedStates, 'booked', 'invoiced', 'completed', 'customer_notified'], {
      invoiced: '2026-000001',
      customer_notified: 'lesson',
    }),
    ...states('refused', [
      'pending',
      'paying',
      'stock_reserved',
      'pending',
      'paying',
      'stock_reserved',
      'pending',
    ]),
    ...states('dropped', ['pending', 'cancelled']),
    ...expiredStates('forgotten', 1_000),
    ...states('stuck', [...reservedStates, 'failed', 'retried', 'failed']),
    ...states(
      'regretted',
      [
        ...[...reservedStates, 'refund_requested', 'partially_refunded', 'invoiced', 'refund_requested'],
        'refunded',
      ],
      { invoiced: '2026-000002' },
    ),
    ...states('bounced', [...paidStates, 'licence_issued', 'refund_requested', 'refunded', 'refund_failed']),
    ...states('dashboard', [...paidStates, 'disputed', 'dispute_lost', 'refunded']),
    ...states(
      'chargedBack',
      [
        ...[...paidStates, 'licence_issued', 'invoiced', 'disputed', 'charged_back', 'dispute_lost'],
        ...['completed', 'customer_notified'],
      ],
      { invoiced: '2026-000003', customer_notified: 'chargedBack' },
    ),
    ...['tee', 'cap'].flatMap((id) =>
      states(id, [...paidStates, 'invoiced', 'shipment_requested', 'completed', 'customer_notified'], {
        invoiced: '2026-000004',
        customer_notified: 'group',
      }),
    ),
    ...['mug', 'pen'].flatMap((id) =>
      states(id, [...paidStates, 'invoiced', 'shipment_requested', 'completed'], { invoiced: '2026-000005' }),
    ),
  ];
};

const createMoney = (): Pick<Shop, 'audits' | 'payments' | 'refunds' | 'creditNotes' | 'invoices'> => ({
  audits: [
    { id: 'pay1', key: 'key1', orderIds: ['shirt', 'game', 'lesson'] },
    { id: 'pay2', key: 'key2', orderIds: ['refused'] },
    { id: 'pay3', key: 'key3', orderIds: ['stuck'] },
    { id: 'pay4', key: 'key4', orderIds: ['refused'] },
    { id: 'pay5', key: 'key5', orderIds: ['regretted'] },
    { id: 'pay6', key: 'key6', orderIds: ['bounced'] },
    { id: 'pay7', key: 'key7', orderIds: ['dashboard', 'chargedBack'] },
    { id: 'pay8', key: 'key8', orderIds: ['tee', 'cap'] },
    { id: 'pay9', key: 'key9', orderIds: ['mug', 'pen'] },
  ],
  payments: [
    payment('pay1', 'succeeded', 30, 'ch1'),
    payment('pay2', 'declined', 10, null),
    payment('pay3', 'succeeded', 10, 'ch3'),
    payment('pay4', 'refunded', 10, 'ch4'),
    payment('pay5', 'succeeded', 10, 'ch5'),
    payment('pay6', 'succeeded', 10, 'ch6'),
    payment('pay7', 'succeeded', 20, 'ch7'),
    payment('pay8', 'succeeded', 20, 'ch8'),
    payment('pay9', 'succeeded', 20, 'ch9'),
  ],
  refunds: [
    refund('r1', 'part', 'shirt', 'pay1', 4, 'succeeded'),
    refund('r2', 'disputed', 'game', 'pay1', 10, 'failed'),
    refund('r3', 'half', 'regretted', 'pay5', 5, 'succeeded'),
    refund('r4', 'rest', 'regretted', 'pay5', 5, 'succeeded'),
    refund('r5', 'late:pay4', null, 'pay4', 10, 'succeeded'),
    { ...refund('r6', 'all', 'bounced', 'pay6', 10, 'failed'), reference: 're6' },
    { ...refund('r7', 'adopted:r7', 'dashboard', 'pay7', 10, 'succeeded'), origin: 'provider' },
    {
      ...refund('r8', 'adopted:r8', 'chargedBack', 'pay7', 10, 'succeeded'),
      origin: 'dispute',
      reference: 'dp8',
    },
    { ...refund('r9', 'adopted:r9', null, 'pay7', 5, 'failed'), origin: 'dispute', reference: 'dp9' },
  ],
  creditNotes: [
    creditNote('r1', 1, '2026-000001 1'),
    creditNote('r3', 2, '2026-000002 1'),
    creditNote('r4', 3, '2026-000002 1'),
  ],
  invoices: [
    invoice('pay1', 1, ['shirt', 'game', 'lesson'], 'shirt'),
    invoice('pay5', 2, ['regretted'], 'regretted'),
    invoice('pay7', 3, ['chargedBack'], 'chargedBack'),
    invoice('pay8', 4, ['tee', 'cap'], 'group'),
    invoice('pay9', 5, ['mug', 'pen'], 't2'),
  ],
});

const createActivity = (): Pick<Shop, 'activity' | 'acknowledgements' | 'pricedProduct'> => ({
  activity: [
    ...(
      [
        ['r1', 'shirt'],
        ['r2', 'game'],
        ['r3', 'regretted'],
        ['r4', 'regretted'],
        ['r6', 'bounced'],
      ] as const
    ).map(([id, orderId]) => activity('refund.request', id, orderId, 'asked for')),
    activity('task.retry', 't1', 'stuck', 'book'),
    activity('case.acknowledge', 'stuck', 'stuck', 'paid_without_progress: seen'),
    activity('product.change', 'priced', null, '{"price":{"amount":11,"currency":"VND"}}'),
    activity('product.change', 'priced', null, '{"price":{"amount":12,"currency":"VND"}}'),
  ],
  acknowledgements: [{ subject: 'stuck', note: 'seen' }],
  pricedProduct: { id: 'priced', initialAmount: 10, amount: 12, units: 2 },
});

type Log = Shop['clientLog'];

const createRecordedLog = (
  orders: Shop['orders'],
): Pick<
  Log,
  'orders' | 'cancelled' | 'checkouts' | 'refunds' | 'contacts' | 'commands' | 'confirmed' | 'unexpected'
> => ({
  orders: orders.map(({ id, email, productId, quantity, amount }) => ({
    id,
    email,
    productId,
    quantity,
    amount,
  })),
  cancelled: ['dropped'],
  checkouts: [
    { ...paidReply, orderIds: [...paidReply.orderIds] },
    { ...declinedReply, orderIds: ['refused'], replay: 'no' },
    { key: 'key3', orderIds: ['stuck'], checkoutId: 'pay3', outcome: 'unknown', replay: null },
    { key: 'key3', orderIds: ['stuck'], checkoutId: null, outcome: 'lost', replay: null },
    { key: 'key4', orderIds: ['refused'], checkoutId: 'pay4', outcome: 'cancelled', replay: null },
    {
      key: 'key5',
      orderIds: ['regretted'],
      checkoutId: 'pay5',
      outcome: 'requires_action',
      replay: null,
    },
  ],
  refunds: [
    acceptedRefundReply,
    acceptedRefundReply,
    { ...acceptedRefundReply, refundId: null, body: null, outcome: 'lost' },
    { ...acceptedRefundReply, key: 'too much', refundId: null, body: null, outcome: 'refused' },
  ],
  contacts: [],
  commands: ['request of r1'],
  confirmed: ['pay5'],
  unexpected: [],
});

const createFinalReads = (
  orders: Shop['orders'],
  history: Shop['history'],
): Omit<Log, keyof ReturnType<typeof createRecordedLog>> => ({
  finalOrders: orders.map(({ id, status }) => ({
    id,
    status,
    states: history.filter(({ orderId }) => orderId === id).map(({ state }) => state),
  })),
  finalCheckouts: [
    { id: 'pay1', status: 'succeeded' },
    { id: 'pay2', status: 'declined' },
    { id: 'pay3', status: 'succeeded' },
    { id: 'pay4', status: 'cancelled' },
  ],
  finalRefunds: [{ id: 'r1', status: 'succeeded' }],
  money: {
    paid_without_progress: 1,
    unknown: 0,
    charged_twice: 0,
    refunds_stuck: 2,
    refunds_unassigned: 0,
    disputes_open: 0,
    ledger_differences: 0,
    stock_differs: 0,
  },
  reconciliations: [{ day: '2026-11-21', charges: 8, refunds: 6, differences: 0 }],
});
