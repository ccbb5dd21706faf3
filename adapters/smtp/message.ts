import { buffer } from 'node:stream/consumers';
import DKIM from 'nodemailer/lib/dkim';
import MailComposer from 'nodemailer/lib/mail-composer';
import { encodeWord } from 'nodemailer/lib/mime-funcs';
import type { Attachment, Mail } from '../../core/mail.ts';
import { withoutBidiControls } from '../../core/text.ts';
import type { Address } from './address.ts';

/** The key that signs our mails (RFC 6376). Its public half is in the DNS, at `selector._domainkey.domain`. */
export type DkimKey = { readonly domain: string; readonly selector: string; readonly privateKey: string };

export type ComposeMessage = (mail: Mail, to: Address, date: Date) => Promise<Buffer>;

/** Creates the function that makes the source of a mail (RFC 5322): text, HTML as its alternative, attachments. */
export const createComposeMessage = (from: Address, dkimKey: DkimKey | null): ComposeMessage => {
  const sign = dkimKey === null ? null : createSign(dkimKey);
  return async (mail, to, date) => {
    const message = await new MailComposer({
      from: { name: withoutBidiControls(from.name), address: from.address },
      to: { name: '', address: to.address },
      messageId: mail.messageId,
      date,
      // Stops automatic replies such as holiday notices (RFC 3834).
      headers: {
        Subject: subjectHeader(withoutBidiControls(mail.subject)),
        'Auto-Submitted': 'auto-generated',
      },
      text: withMailLines(mail.text),
      html: withMailLines(mail.html),
      attachments: mail.attachments.map(attachmentOf),
      // Most of a mail stays readable in its source.
      textEncoding: 'quoted-printable',
      // All content is in the mail itself. Nothing of it may name a file or a URL.
      disableFileAccess: true,
      disableUrlAccess: true,
    })
      .compile()
      .build();
    return sign === null ? message : sign(message);
  };
};

const attachmentOf = ({ name, type, content }: Attachment) => {
  if (content === null) throw new Error(`${name} is not drawn`);
  return {
    filename: withoutBidiControls(name),
    contentType: type,
    content: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
  };
};

/** Faster than nodemailer's option `newline`, which sends the whole mail through one more stream. */
const withMailLines = (body: string): string => body.replace(/\r\n|\r|\n/g, '\r\n');

/** A subject that looks encoded already is encoded as a whole, or it would be shown decoded. */
const subjectHeader = (subject: string) =>
  subject.includes('=?') ? { prepared: true, value: encodeWord(subject, 'B', encodedWordMax) } : subject;

/** In characters (RFC 2047, 2). */
const encodedWordMax = 75;

const createSign = ({ domain, selector, privateKey }: DkimKey) => {
  const dkim = new DKIM({ domainName: domain, keySelector: selector, privateKey });
  return (message: Buffer): Promise<Buffer> => buffer(dkim.sign(message));
};
