import { activitySamples } from './activitySamples.ts';
import { samples } from './samples.ts';

const { at, order, orderDetail, checkoutId } = samples;
const [mail] = samples.mails.items as readonly [
  { messageId: string; to: string; subject: string; text: string; html: string },
];

/** The document's examples of what is held of a customer. */
export const customerSamples = {
  customerId: order.customerId,
  exported: {
    customerId: order.customerId,
    exportedAt: at,
    orders: [
      {
        order: orderDetail,
        contact: { email: 'lan@example.com', language: 'vi' },
        refunds: [],
        timeline: activitySamples.timeline.items.slice(0, 2),
        invoice: { number: '2026-000001', checkoutId, issuedAt: at, customer: { email: 'lan@example.com' } },
      },
    ],
    mails: [
      {
        messageId: mail.messageId,
        to: mail.to,
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        at,
      },
    ],
    commands: [],
    keys: [],
  },
};
