/** A mail as a mail program shows it. */
export type ParsedMail = {
  /** By lower-case name, unfolded and decoded. Of two headers with one name the last one is kept. */
  readonly headers: ReadonlyMap<string, string>;
  /** `Message-ID` with its angle brackets. */
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The source as it was sent, with doubled dots undone. */
  readonly raw: string;
};

/** Reads a mail source as far as the tests need it: one level of parts, base64, quoted-printable, UTF-8. */
export const parseMail = (source: Buffer): ParsedMail => {
  const raw = source.toString('utf8');
  const { headers, body } = split(raw);
  const parts = partsOf(headers, body);
  const bodyOf = (type: string) =>
    parts.find((part) => (part.headers.get('content-type') ?? 'text/plain').startsWith(type));
  const header = (name: string) => headers.get(name) ?? '';
  return {
    headers,
    messageId: header('message-id'),
    from: header('from'),
    to: header('to'),
    subject: header('subject'),
    text: decodeBody(bodyOf('text/plain')),
    html: decodeBody(bodyOf('text/html')),
    raw,
  };
};

type Part = { readonly headers: ReadonlyMap<string, string>; readonly body: string };

const split = (source: string): Part => {
  const end = source.indexOf('\r\n\r\n');
  const head = end < 0 ? source : source.slice(0, end);
  const lines = head.replace(/\r\n(?=[ \t])/g, '').split('\r\n');
  const headers = new Map(
    lines.flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon < 0
        ? []
        : [[line.slice(0, colon).toLowerCase(), decodeWords(line.slice(colon + 1).trim())]];
    }),
  );
  return { headers, body: end < 0 ? '' : source.slice(end + 4) };
};

const partsOf = (headers: Part['headers'], body: string): readonly Part[] => {
  const boundary = /boundary="?([^";]+)"?/i.exec(headers.get('content-type') ?? '')?.[1];
  if (boundary === undefined) return [{ headers, body }];
  return `\r\n${body}`
    .split(`\r\n--${boundary}`)
    .slice(1)
    .filter((part) => !part.startsWith('--'))
    .map((part) => split(part.replace(/^[ \t]*\r\n/, '')));
};

/** Decodes encoded words (RFC 2047). The space between two of them is not part of the text. */
const decodeWords = (value: string): string =>
  value
    .replace(/(\?=)[ \t]+(?==\?)/g, '$1')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, encoding: string, word: string) =>
      encoding.toLowerCase() === 'b'
        ? Buffer.from(word, 'base64').toString('utf8')
        : unquote(word.replaceAll('_', ' ')),
    );

const decodeBody = (part: Part | undefined): string => {
  if (part === undefined) return '';
  const encoding = part.headers.get('content-transfer-encoding')?.toLowerCase() ?? '7bit';
  if (encoding === 'base64') return Buffer.from(part.body, 'base64').toString('utf8');
  return encoding === 'quoted-printable' ? unquote(part.body.replace(/=\r\n/g, '')) : part.body;
};

const unquote = (text: string): string =>
  Buffer.from(
    text.replace(/=([0-9a-f]{2})/gi, (_, octet: string) => String.fromCharCode(Number.parseInt(octet, 16))),
    'latin1',
  ).toString('utf8');
