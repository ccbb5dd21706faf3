import { and, desc, eq, getTableColumns, lt } from 'drizzle-orm';
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type { Mailbox } from '../../../core/mail.ts';
import { pageOf } from '../../../core/page.ts';
import type { World } from '../../../core/world.ts';
import { storeAttachments } from '../../stored/attachments.ts';
import { orUnavailable } from '../failures.ts';
import { capturedMail } from '../schema.ts';

const { id: _, contents: __, ...listed } = getTableColumns(capturedMail);

export const createMailbox = (db: PostgresJsDatabase, world: World): Mailbox => ({
  async send(mail) {
    const captured = await orUnavailable(() =>
      db
        .insert(capturedMail)
        .values({ ...mail, ...storeAttachments(mail), atMs: world.clock.nowMs() })
        .onConflictDoNothing({ target: capturedMail.messageId }),
    );
    return captured.isOk() ? { kind: 'accepted' } : { kind: 'deferred', reason: captured.error.reason };
  },

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
