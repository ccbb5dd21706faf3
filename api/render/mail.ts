import { type TSchema, t } from 'elysia';
import type { CapturedMail } from '../../core/mail.ts';
import { id, time } from '../http/schemas.ts';
import { component, exactly, listSchema, type Shown, timeOf } from './component.ts';

export const mailJson = component(
  'Mail',
  exactly({
    messageId: t.String(),
    orderId: id,
    to: t.String(),
    subject: t.String(),
    text: t.String(),
    html: t.String(),
    at: time,
  } satisfies Shown<CapturedMail, TSchema>),
);

export const mailListJson = listSchema(mailJson);

export const renderMail = ({ messageId, orderId, to, subject, text, html, atMs }: CapturedMail) =>
  ({
    messageId,
    orderId,
    to,
    subject,
    text,
    html,
    at: timeOf(atMs),
  }) satisfies Shown<CapturedMail, unknown>;
