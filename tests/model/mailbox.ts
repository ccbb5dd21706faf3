import { ok } from 'neverthrow';
import { attachmentInfo, type Mailbox } from '../../core/mail.ts';
import { pageOf } from '../../core/page.ts';
import type { Clock } from '../../core/world.ts';
import type { Tables } from './tables.ts';

export const createMailbox = (tables: Tables, clock: Clock): Mailbox => ({
  drawsInvoicesLater: true,

  send: async (mail) => {
    if (!tables.mails.has(mail.messageId)) tables.mails.set(mail.messageId, { ...mail, atMs: clock.nowMs() });
    return { kind: 'accepted' };
  },

  list: async ({ to, after, limit }) => {
    const newestFirst = [...tables.mails.values()]
      .map((mail) => ({ ...mail, attachments: mail.attachments.map(attachmentInfo) }))
      .reverse();
    const start = after === null ? 0 : newestFirst.findIndex(({ messageId }) => messageId === after) + 1;
    const rows = newestFirst.slice(start).filter((mail) => to === null || mail.to === to);
    return ok(pageOf(rows, limit, ({ messageId }) => messageId));
  },
});
