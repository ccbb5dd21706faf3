import { type AttachmentInfo, attachmentInfo, type Mail } from '../../core/mail.ts';

/** Attachments as columns: their description, and the bytes of all of them, one after the other. */
type StoredAttachments = {
  readonly attachments: readonly AttachmentInfo[];
  readonly contents: Buffer | null;
};

export const storeAttachments = ({ attachments }: Pick<Mail, 'attachments'>): StoredAttachments => ({
  attachments: attachments.map(attachmentInfo),
  contents: attachments.length === 0 ? null : Buffer.concat(attachments.map(({ content }) => content)),
});
