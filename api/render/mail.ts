import { type TSchema, t } from 'elysia';
import type { CapturedMail } from '../../core/mail.ts';
import { id, integer, nullable, strictObject, time } from '../http/schemas.ts';
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
    at: time,
    attachments: t.Array(
      strictObject({
        name: t.String(),
        type: t.String(),
        size: integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
      }),
    ),
  } satisfies RenderedFields<CapturedMail, TSchema> & { readonly attachments: TSchema }),
);

export const mailListJson = listSchema(mailJson);

export const renderMail = ({
  messageId,
  checkoutId,
  orderIds,
  to,
  subject,
  text,
  html,
  atMs,
}: CapturedMail) =>
  ({
    messageId,
    checkoutId,
    orderIds: [...orderIds],
    to,
    subject,
    text,
    html,
    at: timeOf(atMs),
    attachments: [],
  }) satisfies RenderedFields<CapturedMail, unknown> & { readonly attachments: readonly unknown[] };
