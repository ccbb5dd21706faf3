import { by, groupBy } from '../grouping.ts';
import type { MailSeen, Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

const afterPayment = new Set(['paid', 'completed', 'failed', 'refunded']);

/** Each order that was completed was told of; under one Message-ID for ever, and only to its customer. */
export const checkMails = ({ orders, mails }: Snapshot): Violation[] => {
  const orderOf = by(orders, ({ id }) => id);
  const mailsOf = groupBy(mails, ({ orderId }) => orderId);
  return [
    ...orders
      .filter(({ id, status }) => status === 'completed' && !mailsOf.has(id))
      .map(({ id }) => violation('mail_lost', id, 'the order is completed')),
    ...[...mailsOf].flatMap(([orderId, sent]) => {
      const order = orderOf.get(orderId);
      const ids = new Set(sent.map(({ messageId }) => messageId));
      return [
        ...(order !== undefined && afterPayment.has(order.status)
          ? []
          : [violation('mail_unpaid', orderId, `the order is ${order?.status}`)]),
        ...(ids.size === 1 ? [] : [violation('mail_renamed', orderId, [...ids].join(' '))]),
        ...sent
          .filter(({ to }) => to !== order?.email)
          .map(({ to }) => violation('mail_astray', orderId, `went to ${to}`)),
      ];
    }),
  ];
};

/** Mails that arrived again under the Message-ID of an earlier one: allowed, for a crash while sending. */
export const repeatedMails = (mails: readonly MailSeen[]): number =>
  mails.length - new Set(mails.map(({ messageId }) => messageId)).size;
