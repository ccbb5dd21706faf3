import { describe, expect, test } from 'bun:test';
import { check } from './checker.ts';
import type { Snapshot } from './snapshot.ts';

/** What a hand does to a shop at rest, and the rule that must see it. */
const breakages: readonly (readonly [string, (shop: Shop) => void])[] = [
  ['unexpected_answer', (shop) => void shop.told.unexpected.push('500')],
  ['order_lost', (shop) => shop.told.orders.push({ id: 'x', productId: 'p1', quantity: 1, amount: 1 })],
  ['order_changed', ({ orders }) => edit(orders, 'shirt', { amount: 11 })],
  ['cancel_lost', ({ orders }) => edit(orders, 'dropped', { status: 'pending' })],
  ['checkout_lost', ({ audits }) => edit(audits, 'pay1', { key: 'other' })],
  ['checkout_renamed', ({ audits }) => edit(audits, 'pay1', { id: 'pay9' })],
  ['cart_changed', ({ audits }) => edit(audits, 'pay1', { orderIds: ['shirt'] })],
  ['word_broken', ({ payments }) => edit(payments, 'pay1', { status: 'declined' })],
  ['word_broken', ({ payments }) => edit(payments, 'pay2', { status: 'succeeded' })],
  [
    'replay_differs',
    ({ told }) => told.checkouts.push({ ...declined, orderIds: ['refused'], replay: 'yes' }),
  ],
  ['charged_in_silence', ({ told }) => told.checkouts.splice(0, 1, { ...paid, said: 'unavailable' })],
  ['order_misread', ({ told }) => edit(told.finalOrders, 'shirt', { status: 'paid' })],
  ['order_misread', ({ told }) => edit(told.finalOrders, 'shirt', { states: ['pending'] })],
  ['checkout_misread', ({ told }) => edit(told.finalCheckouts, 'pay1', { status: 'unknown' })],
  ['key_twice', ({ audits }) => edit(audits, 'pay2', { key: 'key1' })],
  ['charged_twice', ({ charges }) => edit(charges, 'ch2', { idempotencyKey: 'pay1', status: 'succeeded' })],
  ['charge_unknown', ({ charges }) => edit(charges, 'ch1', { idempotencyKey: 'nobody' })],
  ['charge_unbooked', ({ payments }) => edit(payments, 'pay1', { status: 'unknown' })],
  ['charge_unbooked', ({ charges }) => edit(charges, 'ch1', { amount: 31 })],
  ['charge_unbooked', ({ charges }) => edit(charges, 'ch2', { status: 'succeeded' })],
  ['never_charged', ({ charges }) => edit(charges, 'ch1', { status: 'declined' })],
  ['paid_twice', paidTwice],
  ['paid_for_nothing', ({ orders }) => edit(orders, 'shirt', { status: 'pending' })],
  ['paid_for_nothing', ({ orders }) => edit(orders, 'shirt', { checkoutId: 'pay2' })],
  ['wrong_amount', ({ payments }) => edit(payments, 'pay1', { amount: 20 })],
  ['never_paid', ({ orders }) => edit(orders, 'refused', { status: 'completed' })],
  ['history_gap', ({ history }) => history.splice(3, 1)],
  ['history_gap', ({ history }) => history.push({ orderId: 'shirt', seq: 8, state: 'completed' })],
  ['impossible_edge', ({ history }) => history.push({ orderId: 'shirt', seq: 9, state: 'completed' })],
  ['history_behind', ({ orders }) => edit(orders, 'refused', { status: 'paying' })],
  ['steps_out_of_order', ({ history }) => history.push({ orderId: 'shirt', seq: 9, state: 'invoiced' })],
  ['step_skipped', ({ history }) => history.splice(6, 1)],
  ['step_before_payment', ({ history }) => history.splice(0, 3)],
  ['stock_negative', ({ products }) => edit(products, 'p1', { left: -1 })],
  ['stock_leaks', ({ products }) => edit(products, 'p1', { left: 3 })],
  ['stock_changed', ({ products }) => edit(products, 'p2', { left: 1 })],
  ['invoice_gap', ({ invoices }) => void invoices.shift()],
  ['invoice_twice', ({ invoices }) => invoices.push({ orderId: 'shirt', year: 2026, sequence: 4 })],
  ['invoice_missing', ({ invoices }) => void invoices.pop()],
  ['invoice_unowed', ({ invoices }) => invoices.push({ orderId: 'refused', year: 2026, sequence: 4 })],
  ['licence_twice', ({ licences }) => licences.push({ orderId: 'game', unit: 1, key: 'A' })],
  ['licence_count', ({ licences }) => void licences.pop()],
  ['licence_unowed', ({ licences }) => licences.push({ orderId: 'shirt', unit: 1, key: 'C' })],
  ['shipment_twice', ({ shipments }) => shipments.push('shirt')],
  ['shipment_missing', ({ shipments }) => void shipments.pop()],
  ['shipment_unowed', ({ shipments }) => shipments.push('game')],
  ['mail_lost', ({ mails }) => void mails.shift()],
  ['mail_unpaid', ({ mails }) => mails.push({ orderId: 'refused', messageId: 'm9', to: 'an@shop.test' })],
  ['mail_renamed', ({ mails }) => mails.push({ orderId: 'shirt', messageId: 'm9', to: 'an@shop.test' })],
  ['mail_astray', ({ mails }) => edit(mails, 'shirt', { to: 'eve@shop.test' }, 'orderId')],
  [
    'task_twice',
    ({ tasks }) => tasks.push({ id: 't9', orderId: 'soldOut', state: 'failed', lastError: 'x' }),
  ],
  ['order_stuck', ({ orders }) => edit(orders, 'refused', { status: 'paying' })],
  ['failed_in_silence', ({ tasks }) => void tasks.pop()],
  ['payment_open', ({ payments }) => edit(payments, 'pay2', { status: 'unknown' })],
  ['task_left', ({ tasks }) => edit(tasks, 't1', { state: 'ready' })],
  ['task_without_error', ({ tasks }) => edit(tasks, 't1', { lastError: null })],
  ['order_not_failed', ({ orders }) => edit(orders, 'soldOut', { status: 'completed' })],
];

describe('the checker', () => {
  test('finds nothing in a shop where every promise was kept', () => {
    expect(check(shopAtRest())).toEqual([]);
  });

  test('lets a mail arrive twice under one Message-ID', () => {
    const shop = shopAtRest();
    shop.mails.push(...shop.mails.slice(0, 1));
    expect(check(shop)).toEqual([]);
  });

  test.each(breakages)('sees %s', (rule, breakIt) => {
    const shop = shopAtRest();
    breakIt(shop);
    expect(check(shop).map((found) => found.rule)).toContain(rule);
  });
});

type Writable<T> = T extends readonly (infer Row)[]
  ? Row[]
  : T extends object
    ? { -readonly [K in keyof T]: Writable<T[K]> }
    : T;
type Shop = Writable<Snapshot>;

/** Puts other values into the row with that id. */
const edit = <Row extends object>(rows: Row[], id: string, change: Partial<Row>, key = 'id'): void => {
  const index = rows.findIndex((row) => Reflect.get(row, key) === id);
  const row = rows[index];
  if (row === undefined) throw new Error(`there is no ${id}`);
  rows[index] = { ...row, ...change };
};

const paid = {
  key: 'key1',
  orderIds: ['shirt', 'game', 'lesson'],
  checkoutId: 'pay1',
  said: 'succeeded',
  replay: null,
} as const;

const declined = { key: 'key2', checkoutId: 'pay2', said: 'declined' } as const;

/**
 * One cart of each type, paid and completed; one order declined, one cancelled, and one that was paid when
 * nothing was left.
 */
const shopAtRest = (): Shop => {
  const orders: Shop['orders'] = [
    order('shirt', 'p1', 'physical', 'completed', 'pay1'),
    { ...order('game', 'p2', 'digital', 'completed', 'pay1'), quantity: 2 },
    order('lesson', 'p3', 'service', 'completed', 'pay1'),
    order('refused', 'p1', 'physical', 'pending', 'pay2'),
    order('dropped', 'p1', 'physical', 'cancelled', null),
    order('soldOut', 'p3', 'service', 'failed', 'pay3'),
  ];
  const paidStates = ['pending', 'paying', 'paid'];
  const history = [
    ...states('shirt', [
      ...paidStates,
      'stock_reserved',
      'invoiced',
      'shipment_requested',
      'customer_notified',
      'completed',
    ]),
    ...states('game', [...paidStates, 'licence_issued', 'invoiced', 'customer_notified', 'completed']),
    ...states('lesson', [...paidStates, 'booked', 'invoiced', 'customer_notified', 'completed']),
    ...states('refused', ['pending', 'paying', 'pending']),
    ...states('dropped', ['pending', 'cancelled']),
    ...states('soldOut', [...paidStates, 'failed', 'retried', 'failed']),
  ];
  return {
    products: [
      { id: 'p1', delivered: 5, left: 4 },
      { id: 'p2', delivered: null, left: null },
      { id: 'p3', delivered: 1, left: 0 },
    ],
    orders,
    history,
    audits: [
      { id: 'pay1', key: 'key1', orderIds: ['shirt', 'game', 'lesson'] },
      { id: 'pay2', key: 'key2', orderIds: ['refused'] },
      { id: 'pay3', key: 'key3', orderIds: ['soldOut'] },
    ],
    payments: [
      { id: 'pay1', status: 'succeeded', amount: 30, currency: 'VND', reference: 'ch1' },
      { id: 'pay2', status: 'declined', amount: 10, currency: 'VND', reference: null },
      { id: 'pay3', status: 'succeeded', amount: 10, currency: 'VND', reference: 'ch3' },
    ],
    tasks: [{ id: 't1', orderId: 'soldOut', state: 'failed', lastError: 'out of stock' }],
    invoices: ['shirt', 'game', 'lesson'].map((orderId, index) => ({
      orderId,
      year: 2026,
      sequence: index + 1,
    })),
    licences: [
      { orderId: 'game', unit: 1, key: 'A' },
      { orderId: 'game', unit: 2, key: 'B' },
    ],
    shipments: ['shirt'],
    charges: [
      { id: 'ch1', idempotencyKey: 'pay1', amount: 30, currency: 'VND', status: 'succeeded' },
      { id: 'ch2', idempotencyKey: 'pay2', amount: 10, currency: 'VND', status: 'declined' },
      { id: 'ch3', idempotencyKey: 'pay3', amount: 10, currency: 'VND', status: 'succeeded' },
    ],
    mails: ['shirt', 'game', 'lesson'].map((orderId) => ({
      orderId,
      messageId: orderId,
      to: 'an@shop.test',
    })),
    told: {
      orders: orders.map(({ id, productId, quantity, amount }) => ({ id, productId, quantity, amount })),
      cancelled: ['dropped'],
      checkouts: [
        { ...paid, orderIds: [...paid.orderIds] },
        { ...declined, orderIds: ['refused'], replay: 'no' },
        { key: 'key3', orderIds: ['soldOut'], checkoutId: 'pay3', said: 'unknown', replay: null },
        { key: 'key3', orderIds: ['soldOut'], checkoutId: null, said: 'lost', replay: null },
      ],
      unexpected: [],
      finalOrders: orders.map(({ id, status }) => ({
        id,
        status,
        states: history.filter(({ orderId }) => orderId === id).map(({ state }) => state),
      })),
      finalCheckouts: [
        { id: 'pay1', status: 'succeeded' },
        { id: 'pay2', status: 'declined' },
        { id: 'pay3', status: 'succeeded' },
      ],
    },
  };
};

const order = (
  id: string,
  productId: string,
  type: string,
  status: string,
  checkoutId: string | null,
): Shop['orders'][number] => ({
  id,
  email: 'an@shop.test',
  productId,
  type,
  quantity: 1,
  amount: 10,
  currency: 'VND',
  status,
  checkoutId,
});

const states = (orderId: string, names: readonly string[]): Shop['history'] =>
  names.map((state, index) => ({ orderId, seq: index + 1, state }));

/** A second successful cart with an order of the first. */
function paidTwice({ audits, payments, charges }: Shop): void {
  edit(audits, 'pay3', { orderIds: ['soldOut', 'shirt'] });
  edit(payments, 'pay3', { amount: 20 });
  edit(charges, 'ch3', { amount: 20 });
}
