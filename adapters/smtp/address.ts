import { domainToASCII } from 'node:url';
import addressparser from 'nodemailer/lib/addressparser';
import { readEmailAddress } from '../../core/emailAddress.ts';

/** One mailbox. */
export type Address = {
  /** The display name; empty for none. */
  readonly name: string;
  /**
   * `local@domain`, valid in an envelope and a header: no space, no control character, the domain in ASCII.
   */
  readonly address: string;
  readonly domain: string;
};

/** Reads a bare `local@domain`; null if no mail can be sent to it. */
export const parseAddress = (text: string): Address | null => {
  const read = readEmailAddress(text, domainToASCII);
  return read === null ? null : { name: '', ...read };
};

/**
 * Reads the shop's own address: `local@domain` or `Name <local@domain>`. Null if it is not exactly one
 * mailbox.
 */
export const parseSender = (text: string): Address | null => {
  const [first, ...others] = addressparser(text);
  const sender = first?.address === undefined || others.length > 0 ? null : parseAddress(first.address);
  return sender === null ? null : { ...sender, name: first?.name ?? '' };
};

/** The domain of our Message-IDs, which is that of the sender. Throws if `from` is not a valid sender. */
export const mailDomain = (from: string): string => {
  const sender = parseSender(from);
  if (sender === null) throw new Error(`no mail can be sent from ${JSON.stringify(from)}`);
  return sender.domain;
};
