import { and, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm';
import { createCaptureBatcher } from '../../../core/captureBatcher.ts';
import type { Mailbox } from '../../../core/mail.ts';
import { pageOf } from '../../../core/page.ts';
import type { World } from '../../../core/world.ts';
import { storeAttachments } from '../../stored/attachments.ts';
import type { Connection } from '../connection.ts';
import { capturedMail } from '../schema.ts';

export const createMailbox = ({ runStatement, db, write }: Connection, world: World): Mailbox => {
  const { id, contents: _, ...listed } = getTableColumns(capturedMail);
  const { messageId, to } = listed;
  const value = sql.placeholder;
  const insert = db
    .insert(capturedMail)
    .values({
      messageId: value('messageId'),
      checkoutId: value('checkoutId'),
      orderIds: value('orderIds'),
      to: value('to'),
      subject: value('subject'),
      text: value('text'),
      html: value('html'),
      attachments: value('attachments'),
      contents: value('contents'),
      atMs: value('atMs'),
    })
    .onConflictDoNothing({ target: messageId })
    .prepare();

  return {
    drawsInvoicesLater: true,

    send: createCaptureBatcher(
      async (mails, atMs) =>
        write(() => {
          for (const mail of mails) insert.run({ ...mail, ...storeAttachments(mail), atMs });
        }),
      world,
    ),

    list: async (query) =>
      runStatement(() => {
        const last = db
          .select({ id })
          .from(capturedMail)
          .where(eq(messageId, query.after ?? ''));
        const rows = db
          .select(listed)
          .from(capturedMail)
          .where(
            and(
              query.to === null ? undefined : eq(to, query.to),
              query.after === null ? undefined : lt(id, last),
            ),
          )
          .orderBy(desc(id))
          .limit(query.limit + 1)
          .all();
        return pageOf(rows, query.limit, (mail) => mail.messageId);
      }),
  };
};
