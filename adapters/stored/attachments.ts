import { type AttachmentInfo, attachmentInfo, keptContents, type Mail } from '../../core/mail.ts';

/** Attachments as columns: their description, and the bytes of all of them, one after the other, if they are kept. */
type StoredAttachments = {
  readonly attachments: readonly AttachmentInfo[];
  readonly contents: Buffer | null;
};

export const storeAttachments = ({ attachments }: Pick<Mail, 'attachments'>): StoredAttachments => {
  const contents = keptContents(attachments);
  return {
    attachments: attachments.map(attachmentInfo),
    contents: contents.length === 0 ? null : Buffer.concat(contents),
  };
};
