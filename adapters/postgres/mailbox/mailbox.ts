import { and, desc, eq, getTableColumns, lt } from 'drizzle-orm';
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { createCaptureBatcher } from '../../../core/captureBatcher.ts';
import type { Mail, Mailbox } from '../../../core/mail.ts';
import { pageOf } from '../../../core/page.ts';
import type { World } from '../../../core/world.ts';
import { storeAttachments } from '../../stored/attachments.ts';
import type { Sql } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { capturedMail } from '../schema.ts';

const { id: _, contents: __, ...listed } = getTableColumns(capturedMail);

export const createMailbox = (sql: Sql, db: PostgresJsDatabase, world: World): Mailbox => ({
  drawsInvoicesLater: true,

  send: createCaptureBatcher((mails, nowMs) => orUnavailable(() => insertNew(sql, mails, nowMs)), world),

  list: ({ to, after, limit }) =>
    orUnavailable(async () => {
      const last = db
        .select({ id: capturedMail.id })
        .from(capturedMail)
        .where(eq(capturedMail.messageId, after ?? ''));
      const rows = await db
        .select(listed)
        .from(capturedMail)
        .where(
          and(
            to === null ? undefined : eq(capturedMail.to, to),
            after === null ? undefined : lt(capturedMail.id, last),
          ),
        )
        .orderBy(desc(capturedMail.id))
        .limit(limit + 1);
      return pageOf(rows, limit, ({ messageId }) => messageId);
    }),
});

/**
 * The bytes go as text, because an array of `bytea` would be written as text with twice as many characters. Two processes
 * may send the same mails after a lease was lost. Each waits for the other’s rows, in one order, so they do not deadlock.
 */
const insertNew = async (sql: Sql, mails: readonly Mail[], nowMs: number): Promise<void> => {
  const stored = mails.map(storeAttachments);
  await sql`
    insert into captured_mail
      (message_id, checkout_id, order_ids, recipient, subject, text, html, attachments, contents, at_ms)
    select message_id, checkout_id, order_ids::uuid[], recipient, subject, text, html, attachments::jsonb,
      decode(contents, 'base64'), ${nowMs}::bigint
    from unnest(
      ${mails.map(({ messageId }) => messageId)}::text[],
      ${mails.map(({ checkoutId }) => checkoutId)}::uuid[],
      ${mails.map(({ orderIds }) => `{${orderIds.join(',')}}`)}::text[],
      ${mails.map(({ to }) => to)}::text[],
      ${mails.map(({ subject }) => subject)}::text[],
      ${mails.map(({ text }) => text)}::text[],
      ${mails.map(({ html }) => html)}::text[],
      ${stored.map(({ attachments }) => JSON.stringify(attachments))}::text[],
      ${stored.map(({ contents }) => contents?.toString('base64') ?? null)}::text[]
    ) as m(message_id, checkout_id, order_ids, recipient, subject, text, html, attachments, contents)
    order by message_id
    on conflict (message_id) do nothing`;
};
