import { by, groupBy } from '../grouping.ts';
import type { MailSeen, Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/**
 * Each order that was processed was told of, and each refund that was made: under one Message-ID for ever, and
 * only to its customer.
 */
export const checkMails = (snapshot: Snapshot): Violation[] => [
  ...receipts(snapshot),
  ...refundMails(snapshot),
  ...astray(snapshot),
];

const afterPayment = new Set(['paid', 'completed', 'failed', 'refunded']);

const receipts = ({ orders, history, mails }: Snapshot): Violation[] => {
  const orderOf = by(orders, ({ id }) => id);
  const mailsOf = groupBy(
    mails.filter(({ kind }) => kind === 'receipt'),
    ({ orderId }) => orderId,
  );
  return [
    ...history
      .filter(({ state, orderId }) => state === 'customer_notified' && !mailsOf.has(orderId))
      .map(({ orderId }) => violation('mail_lost', orderId, 'its customer was notified, it says')),
    ...[...mailsOf].flatMap(([orderId, sent]) => {
      const status = orderOf.get(orderId)?.status ?? 'gone';
      const ids = messageIdsOf(sent);
      return [
        ...(afterPayment.has(status) ? [] : [violation('mail_unpaid', orderId, `the order is ${status}`)]),
        ...(ids.size === 1 ? [] : [violation('mail_renamed', orderId, [...ids].join(' '))]),
      ];
    }),
  ];
};

/** Of a payment that came too late, the first order of its cart tells. One that came back may have been told of. */
const refundMails = ({ refunds, audits, mails }: Snapshot): Violation[] => {
  const firstOf = new Map(audits.map(({ id, orderIds }) => [id, orderIds[0]]));
  const made = groupBy(
    refunds.filter(({ status, reference }) => status === 'succeeded' || reference !== null),
    ({ orderId, paymentId }) => orderId ?? firstOf.get(paymentId),
  );
  const mailsOf = groupBy(
    mails.filter(({ kind }) => kind === 'refund'),
    ({ orderId }) => orderId,
  );
  return [...new Set([...made.keys(), ...mailsOf.keys()])].flatMap((orderId = '') => {
    const told = messageIdsOf(mailsOf.get(orderId) ?? []).size;
    const all = made.get(orderId) ?? [];
    const due = all.filter(({ status }) => status === 'succeeded').length;
    if (told < due) return [violation('refund_mail_lost', orderId, `${told} of ${due}`)];
    return told <= all.length ? [] : [violation('refund_mail_renamed', orderId, `${told} of ${all.length}`)];
  });
};

const astray = ({ orders, mails }: Snapshot): Violation[] => {
  const orderOf = by(orders, ({ id }) => id);
  return mails
    .filter(({ orderId, to }) => to !== orderOf.get(orderId)?.email)
    .map(({ orderId, to }) => violation('mail_astray', orderId, `went to ${to}`));
};

const messageIdsOf = (mails: readonly MailSeen[]): ReadonlySet<string> =>
  new Set(mails.map(({ messageId }) => messageId));

/** Mails that arrived again under the Message-ID of an earlier one: allowed, for a crash while sending. */
export const repeatedMails = (mails: readonly MailSeen[]): number => mails.length - messageIdsOf(mails).size;
