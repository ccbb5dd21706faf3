import { type TSchema, t } from 'elysia';
import type { Invoice } from '../../core/invoice.ts';
import type { CapturedMail } from '../../core/mail.ts';
import type { Contact, OrderDetail } from '../../core/order.ts';
import type { Refund } from '../../core/refund.ts';
import type { TimelineEntry } from '../../core/timeline.ts';
import { id, nullable, strictObject, time } from '../http/schemas.ts';
import { activityJson } from './activity.ts';
import { component, type RenderedFields, timeOf } from './component.ts';
import { orderDetailJson, renderOrderDetail } from './order.ts';
import { refundJson, renderRefund } from './refund.ts';
import { serviceKeyJson } from './serviceKey.ts';
import { renderTimelineEntry, timelineJson } from './timeline.ts';

/** Everything that the shop holds of a person. It is sent as it is read: an answer can have a hundred thousand orders. */
export const customerExportJson = component(
  'CustomerExport',
  strictObject({
    customerId: t.String(),
    exportedAt: time,
    orders: t.Array(
      strictObject({
        order: orderDetailJson.ref,
        contact: strictObject({
          email: t.String({ description: 'Where the mails go. Empty after an erasure.' }),
          language: nullable(t.String()),
        } satisfies RenderedFields<Contact, TSchema>),
        refunds: t.Array(refundJson.ref),
        timeline: t.Array(timelineJson.ref, {
          description: 'What happened, oldest first. Operators are not named: they are other people.',
        }),
        invoice: t.Union(
          [
            t.Object(
              { number: t.String(), checkoutId: id, issuedAt: time },
              {
                additionalProperties: true,
                description: 'As it was issued, with its lines and the customer.',
              },
            ),
            t.Null(),
          ],
          { description: 'The whole invoice of the checkout, at the first order on it. Null at the others.' },
        ),
      }),
      { description: 'Oldest first.' },
    ),
    mails: t.Array(
      strictObject({
        messageId: t.String(),
        to: t.String(),
        subject: t.String(),
        text: t.String(),
        html: t.String(),
        at: time,
      }),
      { description: 'The captured mails to the addresses of the orders. None where a mail server is set.' },
    ),
    commands: t.Array(activityJson.ref, { description: 'What the person did as an operator.' }),
    keys: t.Array(serviceKeyJson.ref, { description: 'The service keys that the person made.' }),
  }),
);

/** An order with what belongs to it. */
export type ExportedOrder = {
  readonly order: OrderDetail;
  readonly contact: Contact;
  readonly refunds: readonly Refund[];
  readonly timeline: readonly TimelineEntry[];
  readonly invoice: Invoice | null;
};

export const renderExportedOrder = ({ order, contact, refunds, timeline, invoice }: ExportedOrder) => ({
  order: renderOrderDetail(order),
  contact: { email: contact.email, language: contact.language },
  refunds: refunds.map(renderRefund),
  timeline: timeline.map((entry) => renderTimelineEntry({ ...entry, actor: null })),
  invoice: invoice === null ? null : renderInvoice(invoice),
});

const renderInvoice = ({ issuedAtMs, ...invoice }: Invoice) => ({
  ...invoice,
  issuedAt: timeOf(issuedAtMs),
});

export const renderExportedMail = ({ messageId, to, subject, text, html, atMs }: CapturedMail) => ({
  messageId,
  to,
  subject,
  text,
  html,
  at: timeOf(atMs),
});
