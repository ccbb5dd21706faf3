import { type TSchema, t } from 'elysia';
import type { CapturedMail } from '../../core/mail.ts';
import { id, nullable, strictObject, time } from '../http/schemas.ts';
import { component, listSchema, type RenderedFields, timeOf } from './component.ts';

export const mailJson = component(
  'Mail',
  strictObject({
    messageId: t.String(),
    checkoutId: nullable(id),
    orderIds: t.Array(id, { description: 'The orders that the mail is about.' }),
    to: t.String(),
    subject: t.String(),
    text: t.String(),
    html: t.String(),
    attachments: t.Array(
      strictObject({
        name: t.String(),
        type: t.String(),
        size: t.Number({ multipleOf: 1, minimum: 0, description: 'In bytes.' }),
      }),
    ),
    at: time,
  } satisfies RenderedFields<CapturedMail, TSchema>),
);

export const mailListJson = listSchema(mailJson);

/** A captured mail whose attachments are all drawn. `size` is in bytes. */
export type DrawnMail = Omit<CapturedMail, 'attachments'> & {
  readonly attachments: readonly (CapturedMail['attachments'][number] & { readonly size: number })[];
};

export const renderMail = ({
  messageId,
  checkoutId,
  orderIds,
  to,
  subject,
  text,
  html,
  attachments,
  atMs,
}: DrawnMail) =>
  ({
    messageId,
    checkoutId,
    orderIds: [...orderIds],
    to,
    subject,
    text,
    html,
    attachments,
    at: timeOf(atMs),
  }) satisfies RenderedFields<DrawnMail, unknown>;
