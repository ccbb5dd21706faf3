import { groupBy, indexBy } from '../grouping.ts';
import { countResends } from '../resends.ts';
import type { ReceivedMail, Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/**
 * Each group of fulfilled orders and each refund got its mail, always under the same Message-ID. A mail that an operator
 * sends again has another one.
 */
export const checkMails = (snapshot: Snapshot): Violation[] => [
  ...checkReceipts(snapshot),
  ...checkRefundMails(snapshot),
];

const afterPayment = new Set(['paid', 'completed', 'failed', 'refunded']);

const checkReceipts = (snapshot: Snapshot): Violation[] => {
  const { orders, history, mails, refunds } = snapshot;
  const orderOf = indexBy(orders, ({ id }) => id);
  const mailsOf = byOrder(mails.filter(({ kind }) => kind === 'receipt'));
  // An order that a refund takes out of its group and gives back goes on in a task of its own, with a mail of its own.
  const refundsOf = groupBy(refunds, ({ orderId }) => orderId);
  const resendsOf = countResends(snapshot);
  return [
    ...history
      .filter(({ state, orderId }) => state === 'customer_notified' && !mailsOf.has(orderId))
      .map(({ orderId }) => violation('mail_lost', orderId, 'its history says customer_notified')),
    ...[...mailsOf].flatMap(([orderId, received]) => {
      const status = orderOf.get(orderId)?.status ?? 'missing';
      const ids = messageIdsOf(received);
      return [
        ...(afterPayment.has(status)
          ? []
          : [violation('mail_before_payment', orderId, `the order is ${status}`)]),
        ...(ids.size <= 1 + (refundsOf.get(orderId)?.length ?? 0) + resendsOf(orderId)
          ? []
          : [violation('mail_message_id_changed', orderId, [...ids].join(' '))]),
      ];
    }),
    ...checkGroups(snapshot),
  ];
};

/**
 * The orders of a group have one mail. An order that was refunded may have left its group, and what is sent again may be
 * only a part of it.
 */
const checkGroups = (snapshot: Snapshot): Violation[] => {
  const { orders, history, mails, refunds } = snapshot;
  const resendsOf = countResends(snapshot);
  const refunded = new Set(refunds.map(({ orderId }) => orderId));
  const notices = history.filter(({ state, detail }) => state === 'customer_notified' && detail !== null);
  const notifiedBy = new Map(notices.map(({ orderId, detail }) => [orderId, detail]));
  const listedIn = groupBy(mails, ({ messageId }) => messageId);
  const groups = groupBy(
    orders.filter(({ id }) => notifiedBy.has(id) && !refunded.has(id) && resendsOf(id) === 0),
    ({ checkoutId, type }) => `${checkoutId} ${type}`,
  );
  return [
    ...[...groups]
      .filter(([, ofGroup]) => new Set(ofGroup.map(({ id }) => notifiedBy.get(id))).size > 1)
      .map(([id]) => violation('mail_of_group_split', id, 'its orders have several mails')),
    ...notices.flatMap(({ orderId, detail: messageId }) =>
      (listedIn.get(messageId ?? '') ?? []).some(({ orderIds }) => orderIds.includes(orderId))
        ? []
        : [violation('mail_without_order', orderId, `${messageId} does not list it`)],
    ),
  ];
};

const byOrder = (mails: readonly ReceivedMail[]): ReadonlyMap<string, readonly ReceivedMail[]> => {
  const rows = mails.flatMap((mail) => mail.orderIds.map((orderId) => ({ orderId, mail })));
  return new Map(
    [...groupBy(rows, ({ orderId }) => orderId)].map(([id, ofOrder]) => [
      id,
      ofOrder.map(({ mail }) => mail),
    ]),
  );
};

/**
 * The refund of a late charge is mailed for the first order of its checkout. A refund that succeeded and failed
 * later may have a mail. One that was made at the provider, or by a bank, has none.
 */
const checkRefundMails = (snapshot: Snapshot): Violation[] => {
  const { refunds, audits, mails } = snapshot;
  const resendsOf = countResends(snapshot);
  const firstOrderOf = new Map(audits.map(({ id, orderIds }) => [id, orderIds[0]]));
  const refundsOf = groupBy(
    refunds
      .filter(({ origin }) => origin !== 'provider' && origin !== 'dispute')
      .filter(({ status, reference }) => status === 'succeeded' || reference !== null),
    ({ orderId, paymentId }) => orderId ?? firstOrderOf.get(paymentId),
  );
  const mailsOf = byOrder(mails.filter(({ kind }) => kind === 'refund'));
  return [...new Set([...refundsOf.keys(), ...mailsOf.keys()])].flatMap((orderId = '') => {
    const sent = messageIdsOf(mailsOf.get(orderId) ?? []).size;
    const made = refundsOf.get(orderId) ?? [];
    const due = made.filter(({ status }) => status === 'succeeded').length;
    if (sent < due) return [violation('refund_mail_lost', orderId, `${sent} of ${due} mails`)];
    return sent <= made.length * (1 + resendsOf(orderId))
      ? []
      : [violation('refund_mail_unexpected', orderId, `${sent} mails for ${made.length} refunds`)];
  });
};

const messageIdsOf = (mails: readonly ReceivedMail[]): ReadonlySet<string> =>
  new Set(mails.map(({ messageId }) => messageId));

/** The number of mails repeated under an earlier Message-ID, which a crash during sending may cause. */
export const repeatedMails = (mails: readonly ReceivedMail[]): number =>
  mails.length - messageIdsOf(mails).size;
