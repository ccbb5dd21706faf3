import { domainToASCII } from 'node:url';
import addressparser from 'nodemailer/lib/addressparser';

/** One mailbox. */
export type Address = {
  /** What people see; empty for none. */
  readonly name: string;
  /** `local@domain`, fit for an envelope and a header: no space, no control character, the domain in ASCII. */
  readonly address: string;
  readonly domain: string;
};

/** Reads a bare `local@domain`; null where that is nothing a mail could be sent to. */
export const parseAddress = (text: string): Address | null => {
  const [, local, written] = mailbox.exec(text) ?? [];
  if (local === undefined || written === undefined) return null;
  const domain = domainToASCII(written);
  const address = `${local}@${domain}`;
  const fits = Buffer.byteLength(local) <= 64 && Buffer.byteLength(address) <= 254;
  return domain === '' || !fits ? null : { name: '', address, domain };
};

/** Reads what a shop calls itself: `local@domain` or `Name <local@domain>`, and one mailbox only. */
export const parseSender = (text: string): Address | null => {
  const [one, ...more] = addressparser(text);
  const sender = one?.address === undefined || more.length > 0 ? null : parseAddress(one.address);
  return sender === null ? null : { ...sender, name: one?.name ?? '' };
};

/** The domain that our Message-IDs are made under: that of the sender. Throws where `from` is no sender. */
export const mailDomain = (from: string): string => {
  const sender = parseSender(from);
  if (sender === null) throw new Error(`no mail can be sent from ${JSON.stringify(from)}`);
  return sender.domain;
};

/** Quoted local parts are legal and never meant; with them out, nothing in an address needs escaping. */
const mailbox = /^([^\p{C}\p{Z}<>()[\]\\,;:@"]+)@([^\p{C}\p{Z}<>()[\]\\,;:@"]+)$/u;
