import { describe, expect, test } from 'bun:test';
import { check } from './checker.ts';
import {
  appendCopy,
  edit,
  indexOfState,
  insertStateBefore,
  removeState,
  removeStates,
  replaceState,
} from './editRows.ts';
import { creditNote, invoice, mail, providerRefund, refund, type Shop } from './healthyRows.ts';
import { acceptedRefundReply, createHealthyShop, declinedReply, paidReply } from './healthyShop.ts';

type Breakage = readonly [rule: string, breakRule: (shop: Shop) => void];

/** A change of a healthy shop, and the rule that must report it. */
const checkoutBreakages: readonly Breakage[] = [
  ['unexpected_response', (shop) => void shop.clientLog.unexpected.push('500')],
  [
    'order_lost',
    (shop) =>
      shop.clientLog.orders.push({ id: 'x', email: 'an@shop.test', productId: 'p1', quantity: 1, amount: 1 }),
  ],
  ['order_changed', ({ orders }) => edit(orders, 'shirt', { amount: 11 })],
  ['cancel_lost', ({ orders }) => edit(orders, 'dropped', { status: 'pending' })],
  ['checkout_lost', ({ audits }) => edit(audits, 'pay1', { key: 'other' })],
  ['checkout_id_changed', ({ audits }) => edit(audits, 'pay1', { id: 'pay9' })],
  ['checkout_orders_changed', ({ audits }) => edit(audits, 'pay1', { orderIds: ['shirt'] })],
  ['checkout_status_changed', ({ payments }) => edit(payments, 'pay1', { status: 'declined' })],
  ['checkout_status_changed', ({ payments }) => edit(payments, 'pay2', { status: 'succeeded' })],
  [
    'replay_differs',
    ({ clientLog }) => clientLog.checkouts.push({ ...declinedReply, orderIds: ['refused'], replay: 'yes' }),
  ],
  [
    'charged_after_unavailable',
    ({ clientLog }) => clientLog.checkouts.splice(0, 1, { ...paidReply, outcome: 'unavailable' }),
  ],
  ['confirmation_lost', ({ payments }) => edit(payments, 'pay5', { status: 'cancelled' })],
  ['order_read_differs', ({ clientLog }) => edit(clientLog.finalOrders, 'shirt', { status: 'paid' })],
  ['order_read_differs', ({ clientLog }) => edit(clientLog.finalOrders, 'shirt', { states: ['pending'] })],
  ['checkout_read_differs', ({ clientLog }) => edit(clientLog.finalCheckouts, 'pay1', { status: 'unknown' })],
  [
    'checkout_read_differs',
    ({ clientLog }) => edit(clientLog.finalCheckouts, 'pay4', { status: 'refunded' }),
  ],
  ['audit_key_twice', ({ audits }) => edit(audits, 'pay2', { key: 'key1' })],
  ['charged_twice', ({ charges }) => edit(charges, 'ch2', { paymentId: 'pay1', status: 'succeeded' })],
  ['charge_unknown', ({ charges }) => edit(charges, 'ch1', { paymentId: 'nobody' })],
  ['charge_not_recorded', ({ payments }) => edit(payments, 'pay1', { status: 'unknown' })],
  ['charge_not_recorded', ({ charges }) => edit(charges, 'ch1', { amount: 31 })],
  ['charge_not_recorded', ({ charges }) => edit(charges, 'ch2', { status: 'succeeded' })],
  ['never_charged', ({ charges }) => edit(charges, 'ch1', { status: 'declined' })],
  ['never_charged', ({ charges }) => edit(charges, 'ch4', { status: 'declined' })],
  ['charge_left_open', ({ charges }) => edit(charges, 'ch2', { status: 'requires_action' })],
  ['paid_twice', paidTwice],
  ['payment_without_order', ({ orders }) => edit(orders, 'shirt', { status: 'pending' })],
  ['payment_without_order', ({ orders }) => edit(orders, 'shirt', { checkoutId: 'pay2' })],
  ['payment_amount_wrong', ({ payments }) => edit(payments, 'pay1', { amount: 20 })],
  ['never_paid', ({ orders }) => edit(orders, 'refused', { status: 'completed' })],
];

const expiryBreakages: readonly Breakage[] = [
  ['expired_and_pending', ({ orders }) => edit(orders, 'refused', { expiresMs: 1_000 })],
  ['claimed_after_expiry', ({ orders }) => edit(orders, 'forgotten', { expiresMs: 1 })],
  ['expired_early', ({ orders }) => edit(orders, 'forgotten', { expiresMs: 1_001 })],
  ['released_after_expiry', ({ orders }) => edit(orders, 'refused', { expiresMs: 6 })],
];

const refundBreakages: readonly Breakage[] = [
  ['refund_key_twice', ({ refunds }) => edit(refunds, 'r2', { key: 'part' })],
  ['refund_lost', ({ refunds }) => void refunds.shift()],
  ['refund_id_changed', ({ refunds }) => edit(refunds, 'r1', { id: 'r9' })],
  [
    'refund_replay_differs',
    ({ clientLog }) => clientLog.refunds.push({ ...acceptedRefundReply, body: 'r1 is done' }),
  ],
  ['refund_changed', ({ refunds }) => edit(refunds, 'r1', { amount: 3 })],
  ['refund_changed', ({ refunds }) => edit(refunds, 'r1', { orderId: 'game' })],
  ['refund_after_refusals', ({ clientLog }) => edit(clientLog.refunds, 'too much', { key: 'half' }, 'key')],
  ['over_refunded', ({ refunds }) => edit(refunds, 'r4', { amount: 6 })],
  ['over_refunded', ({ refunds }) => edit(refunds, 'r8', { amount: 11 })],
  ['refund_of_wrong_payment', ({ refunds }) => edit(refunds, 'r1', { paymentId: 'pay3' })],
  ['late_charge_not_refunded', ({ refunds }) => edit(refunds, 'r5', { orderId: 'refused' })],
  ['late_charge_not_refunded', ({ refunds }) => edit(refunds, 'r5', { amount: 9 })],
  ['late_refund_not_owed', ({ payments }) => edit(payments, 'pay4', { status: 'succeeded' })],
  ['refund_read_differs', ({ clientLog }) => edit(clientLog.finalRefunds, 'r1', { status: 'requested' })],
  ['refund_twice', ({ providerRefunds }) => providerRefunds.push(providerRefund('re8', 'r1', 'ch1', 4))],
  ['refund_unknown', ({ providerRefunds }) => edit(providerRefunds, 're1', { refundId: 'nobody' })],
  ['refund_unknown', ({ providerRefunds }) => edit(providerRefunds, 're1', { refundId: null })],
  ['refund_not_recorded', ({ refunds }) => edit(refunds, 'r1', { status: 'failed' })],
  ['refund_not_recorded', ({ providerRefunds }) => edit(providerRefunds, 're1', { amount: 5 })],
  ['refund_not_recorded', ({ providerRefunds }) => edit(providerRefunds, 're9', { status: 'succeeded' })],
  ['refund_of_wrong_charge', ({ providerRefunds }) => edit(providerRefunds, 're1', { chargeId: 'ch3' })],
  ['charge_over_refunded', ({ providerRefunds }) => edit(providerRefunds, 're4', { amount: 6 })],
  ['never_refunded', ({ providerRefunds }) => void providerRefunds.shift()],
  ['never_refunded', ({ providerDisputes }) => edit(providerDisputes, 'dp8', { status: 'won' })],
  ['refund_unknown', ({ refunds }) => edit(refunds, 'r7', { reference: 're_other' })],
  ['refund_unknown', ({ refunds }) => edit(refunds, 'r8', { reference: 'dp_other' })],
  ['refund_not_recorded', ({ providerRefunds }) => edit(providerRefunds, 're7', { amount: 9 })],
  ['order_balance_wrong', ({ orders }) => edit(orders, 'dashboard', { status: 'completed' })],
  ['still_disputed', ({ orders }) => edit(orders, 'chargedBack', { disputed: true })],
  [
    'refund_mail_unexpected',
    ({ mails }) => appendCopy(mails, 'chargedBack', { kind: 'refund', messageId: 'r8' }),
  ],
  ['refund_not_in_history', ({ history }) => removeState(history, 'chargedBack', 'charged_back')],
  [
    'step_after_refund',
    ({ history }) => history.push({ orderId: 'dashboard', seq: 7, state: 'invoiced', atMs: 0, detail: null }),
  ],
  ['order_balance_wrong', ({ orders }) => edit(orders, 'regretted', { status: 'completed' })],
  ['order_balance_wrong', ({ orders }) => edit(orders, 'shirt', { status: 'refunded' })],
  ['order_balance_wrong', ({ refunds }) => edit(refunds, 'r6', { reference: null })],
  ['charge_balance_wrong', ({ providerRefunds }) => edit(providerRefunds, 're1', { amount: 5 })],
  ['charge_balance_wrong', ({ providerRefunds }) => edit(providerRefunds, 're5', { status: 'failed' })],
  ['credit_note_gap', ({ creditNotes }) => void creditNotes.shift()],
  ['credit_note_twice', ({ creditNotes }) => creditNotes.push(creditNote('r1', 4, '2026-000001 1'))],
  ['credit_note_missing', ({ creditNotes }) => void creditNotes.pop()],
  ['credit_note_not_owed', ({ creditNotes }) => creditNotes.push(creditNote('r5', 4, '2026-000001 1'))],
  ['credit_note_not_owed', ({ creditNotes }) => creditNotes.push(creditNote('r8', 4, '2026-000003 1'))],
  ['credit_note_not_owed', ({ creditNotes }) => creditNotes.push(creditNote('r2', 4, '2026-000001 2'))],
  [
    'credit_note_line',
    ({ creditNotes }) => edit(creditNotes, 'r1', { credited: '2026-000001 2' }, 'refundId'),
  ],
  ['invoice_balance_wrong', ({ creditNotes }) => void creditNotes.splice(1, 1)],
  ['invoice_balance_wrong', ({ refunds }) => edit(refunds, 'r3', { orderId: 'shirt' })],
  ['refund_not_in_history', ({ history }) => removeState(history, 'shirt', 'partially_refunded')],
  ['refund_not_in_history', ({ history }) => removeState(history, 'game', 'refund_failed')],
  ['refund_not_in_history', ({ refunds }) => edit(refunds, 'r1', { status: 'failed' })],
  [
    'refund_history_out_of_order',
    ({ history }) => replaceState(history, 'shirt', 'completed', 'partially_refunded'),
  ],
  [
    'step_after_refund',
    ({ history }) => insertStateBefore(history, 'regretted', 'refunded', 'shipment_requested'),
  ],
  ['impossible_edge', ({ history }) => replaceState(history, 'regretted', 'partially_refunded', 'refunded')],
  ['refund_mail_lost', ({ mails }) => void mails.pop()],
  ['refund_mail_unexpected', ({ mails }) => appendCopy(mails, 'shirt', { kind: 'refund', messageId: 'm9' })],
  ['refund_mail_unexpected', ({ mails }) => appendCopy(mails, 'game', { kind: 'refund', messageId: 'r2' })],
  ['refund_open', ({ refunds }) => edit(refunds, 'r2', { status: 'requested' })],
  ['job_left', ({ tasks }) => edit(tasks, 't1', { orderIds: [], jobId: 'r1' })],
  ['event_twice', ({ storedEvents }) => storedEvents.push('ev1')],
  ['event_undelivered', ({ sentEvents }) => edit(sentEvents, 'ev3', { acknowledged: false })],
  ['event_lost', ({ storedEvents }) => void storedEvents.pop()],
  ['event_not_sent', ({ storedEvents }) => storedEvents.push('ev9')],
  ['money_page_wrong', ({ clientLog }) => void Reflect.set(clientLog.money, 'charged_twice', 1)],
  ['money_page_wrong', ({ clientLog }) => void Reflect.deleteProperty(clientLog.money, 'refunds_stuck')],
  ['money_page_wrong', ({ clientLog }) => void Reflect.set(clientLog.money, 'refunds_stuck', 3)],
  [
    'reconciliation_differs',
    ({ clientLog }) => edit(clientLog.reconciliations, '2026-11-21', { differences: 1 }, 'day'),
  ],
  [
    'reconciliation_counts_wrong',
    ({ clientLog }) => edit(clientLog.reconciliations, '2026-11-21', { refunds: 3 }, 'day'),
  ],
];

const pipelineBreakages: readonly Breakage[] = [
  ['history_gap', ({ history }) => history.splice(3, 1)],
  [
    'history_gap',
    ({ history }) => history.push({ orderId: 'shirt', seq: 8, state: 'completed', atMs: 0, detail: null }),
  ],
  [
    'impossible_edge',
    ({ history }) => history.push({ orderId: 'shirt', seq: 11, state: 'completed', atMs: 0, detail: null }),
  ],
  ['history_status_differs', ({ orders }) => edit(orders, 'refused', { status: 'paying' })],
  [
    'steps_out_of_order',
    ({ history }) => history.push({ orderId: 'shirt', seq: 11, state: 'invoiced', atMs: 0, detail: null }),
  ],
  [
    'step_skipped',
    ({ history }) => removeStates(history, 'shirt', 'shipment_requested', 'customer_notified'),
  ],
  [
    'notified_before_completed',
    ({ history }) => insertStateBefore(history, 'mug', 'completed', 'customer_notified'),
  ],
  ['notice_missing', ({ tasks }) => edit(tasks, 't2', { orderIds: ['mug'] })],
  ['order_not_failed', ({ tasks }) => edit(tasks, 't2', { step: 'request_shipment' })],
  ['order_not_failed', ({ orders }) => edit(orders, 'mug', { status: 'failed' })],
  ['step_before_payment', ({ history }) => history.splice(0, 4)],
  ['stock_negative', ({ products }) => edit(products, 'p1', { stock: -1 })],
  ['stock_wrong', ({ products }) => edit(products, 'p1', { stock: 3 })],
  ['stock_wrong', ({ orders }) => edit(orders, 'refused', { held: 1 })],
  ['delivered_wrong', ({ products }) => edit(products, 'p1', { delivered: 6 })],
  ['reservation_wrong', ({ orders }) => edit(orders, 'refused', { held: 1 })],
  ['reservation_wrong', ({ orders }) => edit(orders, 'shirt', { held: 0 })],
  ['reservation_wrong', ({ shipments }) => shipments.push('regretted')],
  ['reservation_not_in_history', ({ history }) => removeState(history, 'refused', 'stock_reserved')],
  ['reservation_out_of_order', ({ history }) => removeState(history, 'shirt', 'paying')],
  ['unlimited_stock_changed', ({ products }) => edit(products, 'p2', { stock: 1 })],
  ['invoice_gap', ({ invoices }) => void invoices.shift()],
  ['invoice_twice', ({ invoices }) => invoices.push(invoice('pay8', 6, ['tee', 'cap'], 'group'))],
  ['invoice_missing', ({ invoices }) => void invoices.pop()],
  ['invoice_not_owed', ({ invoices }) => invoices.push(invoice('pay3', 6, ['stuck'], 't1'))],
  ['invoice_number_differs', ({ invoices }) => edit(invoices, 'pay8', { sequence: 9 }, 'checkoutId')],
  ['invoice_wrong', ({ invoices }) => edit(invoices, 'pay8', { total: 10 }, 'checkoutId')],
  ['invoice_wrong', ({ orders }) => edit(orders, 'cap', { amount: 11 })],
  [
    'invoice_line_missing',
    ({ invoices }) => edit(invoices, 'pay8', invoice('pay8', 4, ['tee'], 'group'), 'checkoutId'),
  ],
  ['licence_twice', ({ licences }) => licences.push({ orderId: 'game', unit: 1, key: 'A' })],
  ['licence_count', ({ licences }) => void licences.pop()],
  ['licence_not_owed', ({ licences }) => licences.push({ orderId: 'shirt', unit: 1, key: 'D' })],
  ['shipment_twice', ({ shipments }) => shipments.push('shirt')],
  ['shipment_missing', ({ shipments }) => void shipments.pop()],
  ['shipment_not_owed', ({ shipments }) => shipments.push('game')],
  ['mail_lost', ({ mails }) => void mails.shift()],
  ['mail_before_payment', ({ mails }) => appendCopy(mails, 'shirt', { orderIds: ['refused'] })],
  ['mail_message_id_changed', ({ mails }) => appendCopy(mails, 'lesson', { messageId: 'm9' })],
  ['mail_of_group_split', splitMail],
  ['mail_without_order', ({ mails }) => edit(mails, 'group', { orderIds: ['tee'] }, 'messageId')],
  ['mail_to_wrong_address', ({ mails }) => edit(mails, 'shirt', { to: 'eve@shop.test' }, 'messageId')],
  ['task_twice', ({ tasks }) => appendCopy(tasks, 'stuck', { id: 't9' })],
  ['order_stuck', ({ orders }) => edit(orders, 'refused', { status: 'paying' })],
  ['failed_without_task', ({ tasks }) => void tasks.shift()],
  ['payment_open', ({ payments }) => edit(payments, 'pay2', { status: 'unknown' })],
  ['payment_open', ({ payments }) => edit(payments, 'pay2', { status: 'requires_action' })],
  ['task_left', ({ tasks }) => edit(tasks, 't1', { state: 'ready' })],
  ['task_left', ({ tasks }) => edit(tasks, 't1', { state: 'paused' })],
  ['task_without_error', ({ tasks }) => edit(tasks, 't1', { lastError: null })],
  ['order_not_failed', ({ orders }) => edit(orders, 'stuck', { status: 'completed' })],
];

const activityBreakages: readonly Breakage[] = [
  ['command_without_activity', ({ clientLog }) => void clientLog.commands.push('lost')],
  ['refund_without_activity', ({ activity }) => void activity.shift()],
  ['refund_without_activity', ({ activity }) => appendCopy(activity, 'shirt', {})],
  ['activity_without_refund', ({ activity }) => appendCopy(activity, 'shirt', { target: 'r99' })],
  ['retry_activity_differs', ({ activity }) => edit(activity, 't1', { orderId: 'shirt' }, 'target')],
  ['retry_activity_differs', ({ history }) => removeState(history, 'stuck', 'retried')],
  [
    'acknowledgement_without_activity',
    (shop) => edit(shop.acknowledgements, 'stuck', { note: 'no' }, 'subject'),
  ],
  ['activity_without_acknowledgement', ({ acknowledgements }) => void acknowledgements.pop()],
  ['price_activity_differs', ({ pricedProduct }) => void Object.assign(pricedProduct ?? {}, { units: 3 })],
  ['price_activity_differs', ({ pricedProduct }) => void Object.assign(pricedProduct ?? {}, { amount: 13 })],
];

describe('checker', () => {
  test('The checker reports nothing for a healthy shop', () => {
    expect(check(createHealthyShop())).toEqual([]);
  });

  test('The checker counts the parts that replaced a failed part of a lost dispute, and not that one', () => {
    const shop = createHealthyShop();
    const moved = { ...refund('r8a', 'adopted:r8a', 'chargedBack', 'pay7', 10, 'failed'), origin: 'dispute' };
    shop.refunds.push({ ...moved, reference: 'dp8' } as const);
    expect(check(shop).map(({ rule }) => rule)).toEqual(['refund_not_in_history']);
  });

  test('The checker allows a mail that arrives twice under one Message-ID', () => {
    const shop = createHealthyShop();
    shop.mails.push(...shop.mails);
    expect(check(shop)).toEqual([]);
  });

  test.each([
    ...checkoutBreakages,
    ...expiryBreakages,
    ...refundBreakages,
    ...pipelineBreakages,
    ...activityBreakages,
  ])('The checker reports %s', (rule, breakRule) => {
    const shop = createHealthyShop();
    breakRule(shop);
    expect(check(shop).map((found) => found.rule)).toContain(rule);
  });
});

/** Each order of a group has a mail of its own. */
function splitMail({ history, mails }: Shop): void {
  const index = indexOfState(history, 'cap', 'customer_notified');
  history.splice(index, 1, { orderId: 'cap', seq: 7, state: 'customer_notified', atMs: 0, detail: 'm9' });
  edit(mails, 'group', { orderIds: ['tee'] }, 'messageId');
  mails.push(mail('cap', 'receipt', 'm9'));
}

/** A second successful checkout with an order of the first. */
function paidTwice({ audits, payments, charges }: Shop): void {
  edit(audits, 'pay3', { orderIds: ['stuck', 'shirt'] });
  edit(payments, 'pay3', { amount: 20 });
  edit(charges, 'ch3', { amount: 20 });
}
