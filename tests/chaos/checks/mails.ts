import { groupBy, indexBy } from '../grouping.ts';
import type { ReceivedMail, Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/**
 * Each fulfilled order and each refund got its mail, always under the same Message-ID, and only at the address
 * of its customer.
 */
export const checkMails = (snapshot: Snapshot): Violation[] => [
  ...checkReceipts(snapshot),
  ...checkRefundMails(snapshot),
  ...checkAddresses(snapshot),
];

const afterPayment = new Set(['paid', 'completed', 'failed', 'refunded']);

const checkReceipts = ({ orders, history, mails }: Snapshot): Violation[] => {
  const orderOf = indexBy(orders, ({ id }) => id);
  const mailsOf = groupBy(
    mails.filter(({ kind }) => kind === 'receipt'),
    ({ orderId }) => orderId,
  );
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
        ...(ids.size === 1 ? [] : [violation('mail_message_id_changed', orderId, [...ids].join(' '))]),
      ];
    }),
  ];
};

/**
 * The refund of a late charge is mailed for the first order of its checkout. A refund that succeeded and failed
 * later may have a mail. One that was made at the provider, or by a bank, has none.
 */
const checkRefundMails = ({ refunds, audits, mails }: Snapshot): Violation[] => {
  const firstOrderOf = new Map(audits.map(({ id, orderIds }) => [id, orderIds[0]]));
  const refundsOf = groupBy(
    refunds
      .filter(({ origin }) => origin !== 'provider' && origin !== 'dispute')
      .filter(({ status, reference }) => status === 'succeeded' || reference !== null),
    ({ orderId, paymentId }) => orderId ?? firstOrderOf.get(paymentId),
  );
  const mailsOf = groupBy(
    mails.filter(({ kind }) => kind === 'refund'),
    ({ orderId }) => orderId,
  );
  return [...new Set([...refundsOf.keys(), ...mailsOf.keys()])].flatMap((orderId = '') => {
    const sent = messageIdsOf(mailsOf.get(orderId) ?? []).size;
    const made = refundsOf.get(orderId) ?? [];
    const due = made.filter(({ status }) => status === 'succeeded').length;
    if (sent < due) return [violation('refund_mail_lost', orderId, `${sent} of ${due} mails`)];
    return sent <= made.length
      ? []
      : [violation('refund_mail_unexpected', orderId, `${sent} mails for ${made.length} refunds`)];
  });
};

const checkAddresses = ({ orders, mails }: Snapshot): Violation[] => {
  const orderOf = indexBy(orders, ({ id }) => id);
  return mails
    .filter(({ orderId, to }) => to !== orderOf.get(orderId)?.email)
    .map(({ orderId, to }) => violation('mail_to_wrong_address', orderId, `it was sent to ${to}`));
};

const messageIdsOf = (mails: readonly ReceivedMail[]): ReadonlySet<string> =>
  new Set(mails.map(({ messageId }) => messageId));

/** The number of mails repeated under an earlier Message-ID, which a crash during sending may cause. */
export const repeatedMails = (mails: readonly ReceivedMail[]): number =>
  mails.length - messageIdsOf(mails).size;
