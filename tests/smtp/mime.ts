import PostalMime, { type Address } from 'postal-mime';

/** A mail as a mail program shows it. */
export type ParsedMail = {
  /** By lower-case name, as they were sent. Of two headers with one name the last one is kept. */
  readonly headers: ReadonlyMap<string, string>;
  /** `Message-ID` with its angle brackets. */
  readonly messageId: string;
  /** `Name <local@domain>`, or the address alone. */
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  /** Lines end with `\n`. */
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly { readonly name: string; readonly type: string; readonly content: Buffer }[];
  /** The source as it was sent, with doubled dots undone. */
  readonly raw: string;
};

/** Reads a mail with a library that is not the one that composes mails. */
export const parseMail = async (source: Buffer): Promise<ParsedMail> => {
  const mail = await PostalMime.parse(source);
  return {
    headers: new Map(mail.headers.map(({ key, value }) => [key, value])),
    messageId: mail.messageId ?? '',
    from: formatAddress(mail.from),
    to: (mail.to ?? []).map(formatAddress).join(', '),
    subject: mail.subject ?? '',
    // The parser ends each body with a line break of its own.
    text: (mail.text ?? '').replace(/\n$/, ''),
    html: (mail.html ?? '').replace(/\n$/, ''),
    attachments: mail.attachments.map(({ filename, mimeType, content }) => ({
      name: filename ?? '',
      type: mimeType,
      content: typeof content === 'string' ? Buffer.from(content) : Buffer.from(new Uint8Array(content)),
    })),
    raw: source.toString(),
  };
};

const formatAddress = (address: Address | undefined): string => {
  const { name = '', address: mailbox = '' } = address ?? {};
  return name === '' ? mailbox : `${name} <${mailbox}>`;
};
