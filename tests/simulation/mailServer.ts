import type { Mailer } from '../../core/mail.ts';
import { mailKindOf, taskIdIn } from '../chaos/run/databaseRecords.ts';
import type { ReceivedMail } from '../chaos/snapshot.ts';

/** A mail server that takes every mail that arrives, but for one address if that is never accepted. */
export const createMailServer = () => {
  const received: ReceivedMail[] = [];
  let refusedAddress: string | null = null;
  const mailer: Mailer = {
    send: async ({ messageId, orderIds, subject, to, attachments }) => {
      if (to === refusedAddress) return { kind: 'deferred', reason: '452 mailbox full' };
      received.push({
        messageId,
        orderIds,
        to,
        kind: mailKindOf(subject),
        taskId: taskIdIn(messageId),
        attachedInvoices: attachments.map(({ name }) => /^invoice-(.+)\.pdf$/.exec(name)?.[1] ?? 'damaged'),
      });
      return { kind: 'accepted' };
    },
  };
  return {
    mailer,
    received,
    refuse: (address: string) => {
      refusedAddress = address;
    },
  };
};
