import { describe, expect, test } from 'bun:test';
import { check } from './checker.ts';
import { declined, givenBack, paid, refundAccepted, type Shop, shopAtRest } from './healthyShop.ts';

type Breakage = readonly [rule: string, breakIt: (shop: Shop) => void];

/** What a hand does to a shop at rest, and the rule that must see it. */
const ofCheckouts: readonly Breakage[] = [
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
  ['confirmation_lost', ({ payments }) => edit(payments, 'pay5', { status: 'cancelled' })],
  ['order_misread', ({ told }) => edit(told.finalOrders, 'shirt', { status: 'paid' })],
  ['order_misread', ({ told }) => edit(told.finalOrders, 'shirt', { states: ['pending'] })],
  ['checkout_misread', ({ told }) => edit(told.finalCheckouts, 'pay1', { status: 'unknown' })],
  ['checkout_misread', ({ told }) => edit(told.finalCheckouts, 'pay4', { status: 'returned' })],
  ['key_twice', ({ audits }) => edit(audits, 'pay2', { key: 'key1' })],
  ['charged_twice', ({ charges }) => edit(charges, 'ch2', { paymentId: 'pay1', status: 'succeeded' })],
  ['charge_unknown', ({ charges }) => edit(charges, 'ch1', { paymentId: 'nobody' })],
  ['charge_unbooked', ({ payments }) => edit(payments, 'pay1', { status: 'unknown' })],
  ['charge_unbooked', ({ charges }) => edit(charges, 'ch1', { amount: 31 })],
  ['charge_unbooked', ({ charges }) => edit(charges, 'ch2', { status: 'succeeded' })],
  ['never_charged', ({ charges }) => edit(charges, 'ch1', { status: 'declined' })],
  ['never_charged', ({ charges }) => edit(charges, 'ch4', { status: 'declined' })],
  ['charge_left_open', ({ charges }) => edit(charges, 'ch2', { status: 'requires_action' })],
  ['paid_twice', paidTwice],
  ['paid_for_nothing', ({ orders }) => edit(orders, 'shirt', { status: 'pending' })],
  ['paid_for_nothing', ({ orders }) => edit(orders, 'shirt', { checkoutId: 'pay2' })],
  ['wrong_amount', ({ payments }) => edit(payments, 'pay1', { amount: 20 })],
  ['never_paid', ({ orders }) => edit(orders, 'refused', { status: 'completed' })],
];

const ofRefunds: readonly Breakage[] = [
  ['refund_key_twice', ({ refunds }) => edit(refunds, 'r2', { key: 'part' })],
  ['refund_lost', ({ refunds }) => void refunds.shift()],
  ['refund_renamed', ({ refunds }) => edit(refunds, 'r1', { id: 'r9' })],
  ['refund_retold', ({ told }) => told.refunds.push({ ...refundAccepted, body: 'r1 is done' })],
  ['refund_changed', ({ refunds }) => edit(refunds, 'r1', { amount: 3 })],
  ['refund_changed', ({ refunds }) => edit(refunds, 'r1', { orderId: 'game' })],
  ['refund_in_silence', ({ told }) => edit(told.refunds, 'too much', { key: 'half' }, 'key')],
  ['over_refunded', ({ refunds }) => edit(refunds, 'r4', { amount: 6 })],
  ['refund_astray', ({ refunds }) => edit(refunds, 'r1', { paymentId: 'pay3' })],
  ['late_not_returned', ({ refunds }) => edit(refunds, 'r5', { orderId: 'refused' })],
  ['late_not_returned', ({ refunds }) => edit(refunds, 'r5', { amount: 9 })],
  ['return_unowed', ({ payments }) => edit(payments, 'pay4', { status: 'succeeded' })],
  ['refund_unasked', ({ refunds }) => edit(refunds, 'r1', { key: 'unfulfillable:shirt' })],
  ['unfulfillable_kept', (shop) => void Reflect.set(shop, 'policy', 'refund')],
  ['refund_misread', ({ told }) => edit(told.finalRefunds, 'r1', { status: 'requested' })],
  ['refund_twice', ({ givenBack: all }) => all.push(givenBack('re8', 'r1', 'ch1', 4))],
  ['refund_unknown', ({ givenBack: all }) => edit(all, 're1', { refundId: 'nobody' })],
  ['refund_unknown', ({ givenBack: all }) => edit(all, 're1', { refundId: null })],
  ['refund_unbooked', ({ refunds }) => edit(refunds, 'r1', { status: 'failed' })],
  ['refund_unbooked', ({ givenBack: all }) => edit(all, 're1', { amount: 5 })],
  ['refund_unbooked', ({ givenBack: all }) => edit(all, 're9', { status: 'succeeded' })],
  ['refund_of_another', ({ givenBack: all }) => edit(all, 're1', { chargeId: 'ch3' })],
  ['charge_overdrawn', ({ givenBack: all }) => edit(all, 're4', { amount: 6 })],
  ['never_refunded', ({ givenBack: all }) => void all.shift()],
  ['wrong_balance', ({ orders }) => edit(orders, 'regretted', { status: 'completed' })],
  ['wrong_balance', ({ orders }) => edit(orders, 'shirt', { status: 'refunded' })],
  ['wrong_balance', ({ refunds }) => edit(refunds, 'r6', { reference: null })],
  ['money_adrift', ({ givenBack: all }) => edit(all, 're1', { amount: 5 })],
  ['money_adrift', ({ givenBack: all }) => edit(all, 're5', { status: 'failed' })],
  ['credit_note_gap', ({ creditNotes }) => void creditNotes.shift()],
  ['credit_note_twice', ({ creditNotes }) => creditNotes.push({ refundId: 'r1', year: 2026, sequence: 3 })],
  ['credit_note_count', ({ creditNotes }) => void creditNotes.pop()],
  ['credit_note_count', ({ creditNotes }) => creditNotes.push({ refundId: 'r5', year: 2026, sequence: 3 })],
  ['refund_untold', ({ history }) => drop(history, 'shirt', 'partially_refunded')],
  ['refund_untold', ({ history }) => drop(history, 'game', 'refund_failed')],
  ['refund_untold', ({ refunds }) => edit(refunds, 'r1', { status: 'failed' })],
  ['refund_out_of_place', ({ history }) => rename(history, 'shirt', 'completed', 'partially_refunded')],
  [
    'step_after_refund',
    ({ history }) => insertBefore(history, 'regretted', 'refunded', 'shipment_requested'),
  ],
  ['impossible_edge', ({ history }) => rename(history, 'regretted', 'partially_refunded', 'refunded')],
  ['refund_mail_lost', ({ mails }) => void mails.pop()],
  ['refund_mail_renamed', ({ mails }) => repeat(mails, 'shirt', { kind: 'refund', messageId: 'm9' })],
  ['refund_mail_renamed', ({ mails }) => repeat(mails, 'game', { kind: 'refund', messageId: 'r2' })],
  ['refund_open', ({ refunds }) => edit(refunds, 'r2', { status: 'requested' })],
  ['job_left', ({ tasks }) => edit(tasks, 't1', { orderId: null, jobId: 'r1' })],
  ['event_twice', ({ events }) => events.push('ev1')],
  ['event_undelivered', ({ eventsSent }) => edit(eventsSent, 'ev3', { acknowledged: false })],
  ['event_lost', ({ events }) => void events.pop()],
  ['event_invented', ({ events }) => events.push('ev9')],
  ['money_page_wrong', ({ told }) => void Reflect.set(told.money, 'charged_twice', 1)],
  ['money_page_wrong', ({ told }) => void Reflect.deleteProperty(told.money, 'refunds_stuck')],
  ['money_page_wrong', ({ refunds }) => repeat(refunds, 'game', { id: 'r7', key: 'again', createdMs: 2 })],
  ['ledger_differs', ({ told }) => edit(told.moneyAudits, '2026-11-21', { differences: 1 }, 'day')],
  ['ledger_misread', ({ told }) => edit(told.moneyAudits, '2026-11-21', { refunds: 3 }, 'day')],
];

const ofPipelines: readonly Breakage[] = [
  ['history_gap', ({ history }) => history.splice(3, 1)],
  ['history_gap', ({ history }) => history.push({ orderId: 'shirt', seq: 8, state: 'completed' })],
  ['impossible_edge', ({ history }) => history.push({ orderId: 'shirt', seq: 11, state: 'completed' })],
  ['history_behind', ({ orders }) => edit(orders, 'refused', { status: 'paying' })],
  ['steps_out_of_order', ({ history }) => history.push({ orderId: 'shirt', seq: 11, state: 'invoiced' })],
  ['step_skipped', ({ history }) => drop(history, 'shirt', 'customer_notified')],
  ['step_before_payment', ({ history }) => history.splice(0, 3)],
  ['stock_negative', ({ products }) => edit(products, 'p1', { left: -1 })],
  ['stock_leaks', ({ products }) => edit(products, 'p1', { left: 3 })],
  ['stock_leaks', ({ history }) => insertBefore(history, 'regretted', 'refunded', 'shipment_requested')],
  ['stock_changed', ({ products }) => edit(products, 'p2', { left: 1 })],
  ['invoice_gap', ({ invoices }) => void invoices.shift()],
  ['invoice_twice', ({ invoices }) => invoices.push({ orderId: 'shirt', year: 2026, sequence: 5 })],
  ['invoice_missing', ({ invoices }) => void invoices.pop()],
  ['invoice_unowed', ({ invoices }) => invoices.push({ orderId: 'refused', year: 2026, sequence: 5 })],
  ['licence_twice', ({ licences }) => licences.push({ orderId: 'game', unit: 1, key: 'A' })],
  ['licence_count', ({ licences }) => void licences.pop()],
  ['licence_unowed', ({ licences }) => licences.push({ orderId: 'shirt', unit: 1, key: 'D' })],
  ['shipment_twice', ({ shipments }) => shipments.push('shirt')],
  ['shipment_missing', ({ shipments }) => void shipments.pop()],
  ['shipment_unowed', ({ shipments }) => shipments.push('game')],
  ['mail_lost', ({ mails }) => void mails.shift()],
  ['mail_unpaid', ({ mails }) => repeat(mails, 'shirt', { orderId: 'refused' })],
  ['mail_renamed', ({ mails }) => repeat(mails, 'shirt', { messageId: 'm9' })],
  ['mail_astray', ({ mails }) => edit(mails, 'shirt', { to: 'eve@shop.test' }, 'orderId')],
  ['task_twice', ({ tasks }) => repeat(tasks, 'soldOut', { id: 't9' })],
  ['order_stuck', ({ orders }) => edit(orders, 'refused', { status: 'paying' })],
  ['failed_in_silence', ({ tasks }) => void tasks.pop()],
  ['payment_open', ({ payments }) => edit(payments, 'pay2', { status: 'unknown' })],
  ['payment_open', ({ payments }) => edit(payments, 'pay2', { status: 'requires_action' })],
  ['task_left', ({ tasks }) => edit(tasks, 't1', { state: 'ready' })],
  ['task_left', ({ tasks }) => edit(tasks, 't1', { state: 'paused' })],
  ['task_without_error', ({ tasks }) => edit(tasks, 't1', { lastError: null })],
  ['order_not_failed', ({ orders }) => edit(orders, 'soldOut', { status: 'completed' })],
];

describe('the checker', () => {
  test('finds nothing in a shop where every promise was kept', () => {
    expect(check(shopAtRest())).toEqual([]);
  });

  test('lets a mail arrive twice under one Message-ID', () => {
    const shop = shopAtRest();
    shop.mails.push(...shop.mails);
    expect(check(shop)).toEqual([]);
  });

  test.each([...ofCheckouts, ...ofRefunds, ...ofPipelines])('sees %s', (rule, breakIt) => {
    const shop = shopAtRest();
    breakIt(shop);
    expect(check(shop).map((found) => found.rule)).toContain(rule);
  });
});

/** Puts other values into the row with that id. */
const edit = <Row extends object>(rows: Row[], id: string, change: Partial<Row>, key = 'id'): void => {
  const index = rows.findIndex((row) => Reflect.get(row, key) === id);
  const row = rows[index];
  if (row === undefined) throw new Error(`there is no ${id}`);
  rows[index] = { ...row, ...change };
};

/** Once more what is there of that order, a little changed. */
const repeat = <Row extends { orderId: string | null }>(
  rows: Row[],
  orderId: string,
  change: Partial<Row>,
): void => {
  const row = rows.find((one) => one.orderId === orderId);
  if (row === undefined) throw new Error(`there is nothing of ${orderId}`);
  rows.push({ ...row, ...change });
};

const at = (history: Shop['history'], id: string, state: string): number => {
  const index = history.findIndex((row) => row.orderId === id && row.state === state);
  if (index < 0) throw new Error(`${id} has no ${state}`);
  return index;
};

const drop = (history: Shop['history'], id: string, state: string): void => {
  history.splice(at(history, id, state), 1);
};

const rename = (history: Shop['history'], id: string, state: string, other: string): void => {
  const index = at(history, id, state);
  history.splice(index, 1, { orderId: id, seq: seqAt(history, index), state: other });
};

/** Puts a state of its own before another, and counts on. */
const insertBefore = (history: Shop['history'], id: string, state: string, other: string): void => {
  const index = at(history, id, state);
  const seq = seqAt(history, index);
  const later = history.slice(index).map((row) => (row.orderId === id ? { ...row, seq: row.seq + 1 } : row));
  history.splice(index, later.length, { orderId: id, seq, state: other }, ...later);
};

const seqAt = (history: Shop['history'], index: number): number => history[index]?.seq ?? 0;

/** A second successful cart with an order of the first. */
function paidTwice({ audits, payments, charges }: Shop): void {
  edit(audits, 'pay3', { orderIds: ['soldOut', 'shirt'] });
  edit(payments, 'pay3', { amount: 20 });
  edit(charges, 'ch3', { amount: 20 });
}
