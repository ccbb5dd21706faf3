/** One mailbox, as a mail server takes it. */
export type EmailAddress = {
  /** `local@domain`, valid in an envelope and a header. The domain is in ASCII. */
  readonly address: string;
  readonly domain: string;
};

/** Converts an internationalised domain name to ASCII (UTS 46). Returns an empty text for what is no name. */
export type DomainToAscii = (domain: string) => string;

/** Octets (RFC 5321, 4.5.3.1). */
const limits = { local: 64, address: 254 };

/**
 * Reads a bare `local@domain`; null if no mail can be sent to it. The API asks this before it takes an address and the
 * mailer before it sends to one, so that no order is charged whose mail cannot be sent.
 *
 * The local part is RFC 5321's Dot-string, with the characters of RFC 6531 beside those of ASCII. Quoted local parts are
 * legal, but nobody uses them, and without them no address needs escaping.
 */
export const readEmailAddress = (text: string, domainToAscii: DomainToAscii): EmailAddress | null => {
  const [, local, host] = mailbox.exec(text) ?? [];
  // A conversion reads what is no name as a URL does: it cuts "a/b" and turns "0x7f.1" into an IP address.
  if (local === undefined || host === undefined || !isLocal(local) || !hostForm.test(host)) return null;
  const domain = domainToAscii(host);
  const address = `${local}@${domain}`;
  const isShort = utf8Length(local) <= limits.local && utf8Length(address) <= limits.address;
  return isShort && isDomain(domain) ? { address, domain } : null;
};

const mailbox = /^([^@]+)@([^@]+)$/u;

/** Characters beyond ASCII that people can see: no blank, control, joiner, filler or other thing without a shape. */
const visible = String.raw`(?:(?![\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800])[^\0-\x7f])`;
const atom = String.raw`(?:[\w!#$%&'*+/=?^\x60{|}~-]|${visible})+`;
const dotString = new RegExp(`^${atom}(?:\\.${atom})*$`, 'u');
const hostForm = new RegExp(`^(?:[\\w.-]|${visible})+$`, 'u');

/** Programs that normalise would make another address of a local part such as `a＠b` or `a．．b`. */
const isLocal = (text: string): boolean => dotString.test(text) && dotString.test(text.normalize('NFKC'));

/** A name of labels whose last one is not a number, as that of an IP address would be (RFC 3696, 2). */
const isDomain = (domain: string): boolean =>
  domain.split('.').every((label) => labelForm.test(label)) && !/(?:^|\.)\d+$/.test(domain);

const labelForm = /^(?!-)[\w-]{1,63}(?<!-)$/;

const utf8Length = (text: string): number => {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes += 1;
    else if (code < 0x800) bytes += 2;
    else bytes += code < 0x10000 ? 3 : 4;
  }
  return bytes;
};
