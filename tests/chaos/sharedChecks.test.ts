import { describe, expect, test } from 'bun:test';
import { check } from './checker.ts';
import { appendCopy, edit, indexOfState, removeState } from './editRows.ts';
import { activity, mail, type Shop } from './healthyRows.ts';
import { createHealthyShop } from './healthyShop.ts';

type Change = readonly [name: string, change: (shop: Shop) => void];

const rulesOf = (change: (shop: Shop) => void): readonly string[] => {
  const shop = createHealthyShop();
  change(shop);
  return check(shop).map(({ rule }) => rule);
};

const append = ({ history }: Shop, orderId: string, state: string, detail: string | null = null) => {
  const seq = history.filter((row) => row.orderId === orderId).length + 1;
  history.push({ orderId, seq, state, atMs: seq, detail });
};

/** The API shows the history as it is. */
const refreshReads = ({ clientLog, history }: Shop) => {
  for (const { id } of clientLog.finalOrders)
    edit(clientLog.finalOrders, id, {
      states: history.filter(({ orderId }) => orderId === id).map(({ state }) => state),
    });
};

const correct = (shop: Shop, resend: boolean, to = 'new@shop.test') => {
  append(shop, 'lesson', 'contact_changed');
  edit(shop.orders, 'lesson', { email: to });
  shop.clientLog.contacts.push({ orderId: 'lesson', email: to, outcome: 'accepted' });
  shop.activity.push(activity('order.contact', 'lesson', 'lesson', resend ? 'the mails are sent again' : ''));
};

const resend = (shop: Shop, to = 'new@shop.test') => {
  correct(shop, true, to);
  append(shop, 'lesson', 'customer_notified', 'again');
  shop.mails.push({ ...mail('lesson', 'receipt', 'again'), to });
  refreshReads(shop);
};

const skip = (shop: Shop, orderId: string, state: string, step: string) => {
  const index = indexOfState(shop.history, orderId, state);
  const row = { orderId, seq: shop.history[index]?.seq ?? 0, state: 'skipped', atMs: 0, detail: step };
  shop.history.splice(index, 1, row);
  refreshReads(shop);
};

const allowed: readonly Change[] = [
  ['a mail that is sent again to a corrected address', (shop) => resend(shop)],
  [
    'a mail that an operator leaves out',
    (shop) => skip(shop, 'lesson', 'customer_notified', 'notify_customer'),
  ],
  [
    'a shipment that an operator leaves out, which had begun',
    (shop) => {
      skip(shop, 'tee', 'shipment_requested', 'request_shipment, which had begun and may be done');
      shop.shipments.splice(shop.shipments.indexOf('tee'), 1);
    },
  ],
  [
    'a pause that has ended',
    (shop) =>
      void shop.activity.push(
        activity('pause.begin', 'pause', null, 'physical: why'),
        activity('pause.end', 'pause', null, ''),
      ),
  ],
];

const breakages: readonly Change[] = [
  ['steps_out_of_order', (shop) => append(shop, 'lesson', 'customer_notified', 'lesson')],
  ['mail_message_id_changed', ({ mails }) => mails.push(mail('lesson', 'receipt', 'again'))],
  [
    'mail_without_order',
    (shop) => {
      resend(shop);
      shop.mails.pop();
    },
  ],
  [
    'mail_to_wrong_address',
    (shop) => {
      resend(shop);
      edit(shop.mails, 'again', { to: 'eve@shop.test' }, 'messageId');
    },
  ],
  [
    'contact_lost',
    (shop) => {
      correct(shop, false);
      edit(shop.orders, 'lesson', { email: 'an@shop.test' });
    },
  ],
  ['contact_not_asked', ({ activity: rows }) => rows.push(activity('order.contact', 'x', 'lesson', ''))],
  ['notice_missing', ({ history }) => removeState(history, 'lesson', 'customer_notified')],
  ['steps_out_of_order', (shop) => skip(shop, 'lesson', 'booked', 'book')],
  ['shipment_not_carried', ({ carried }) => void carried?.pop()],
  [
    'carried_not_owed',
    ({ carried }) => void carried?.push({ key: 'c2', body: '{}', orderIds: ['lesson'], changed: false }),
  ],
  ['carried_twice', ({ carried }) => appendCopy(carried ?? [], 'tee', { key: 'c2' })],
  ['carried_request_changed', ({ carried }) => edit(carried ?? [], 'c1', { changed: true }, 'key')],
  ['pause_left', ({ pauses }) => void pauses.push({ id: 'left', origin: 'operator' })],
  [
    'pause_activity_differs',
    ({ activity: rows }) => void rows.push(activity('pause.begin', 'pause', null, 'physical: why')),
  ],
  ['try_spent', ({ triedMails }) => void triedMails.push({ taskId: 't9', tries: 2, arrivals: 1 })],
];

describe('checker of shared faults', () => {
  test.each(allowed)('The checker allows %s', (_, change) => {
    expect(rulesOf(change)).toEqual([]);
  });

  test.each(breakages)('The checker reports %s', (rule, change) => {
    expect(rulesOf(change)).toContain(rule);
  });
});

test('An order whose only step was left out was paid before its steps', () => {
  const broken = rulesOf((shop) => {
    skip(shop, 'tee', 'invoiced', 'invoice');
    for (const state of ['shipment_requested', 'customer_notified']) removeState(shop.history, 'tee', state);
  });
  expect(broken).not.toContain('step_before_payment');
});
