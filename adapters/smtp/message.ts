import type { Mail } from '../../core/mail.ts';
import { withoutBidiControls } from '../../core/text.ts';
import type { Address } from './address.ts';

/**
 * The source of the mail (RFC 5322): text, and HTML as its alternative. We do not use nodemailer's composer,
 * which is made for attachments and streams: it takes three times as long as sending does.
 *
 * No value can end a header or a part early. Control characters, and those that change the direction of text, are
 * removed from header values. Both bodies
 * are base64, which never contains the `=_` of the boundary and never starts a line with a dot.
 */
export const composeMessage = (mail: Mail, from: Address, to: Address, date: Date): string =>
  [
    `From: ${from.name === '' ? '' : `${displayName(from.name)} `}<${from.address}>`,
    `To: <${to.address}>`,
    `Subject: ${unstructured(mail.subject)}`,
    `Message-ID: ${mail.messageId.replace(/[^!-~]/g, '')}`,
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    // Stops automatic replies such as holiday notices (RFC 3834).
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    '',
    ...part('plain', mail.text),
    ...part('html', mail.html),
    `--${boundary}--`,
    '',
  ].join('\r\n');

const boundary = '=_alternative';

const part = (type: 'plain' | 'html', body: string): readonly string[] => [
  `--${boundary}`,
  `Content-Type: text/${type}; charset=utf-8`,
  'Content-Transfer-Encoding: base64',
  '',
  ...lines(Buffer.from(body.replace(/\r\n|\r|\n/g, '\r\n')).toString('base64')),
];

/** At most 76 characters each (RFC 2045). */
const lines = (base64: string): readonly string[] => base64.match(/.{1,76}/g) ?? [''];

/**
 * A header value without structure, such as a subject. It is encoded only if it does not fit into one plain
 * line.
 */
const unstructured = (text: string): string => {
  const clean = withoutControls(text);
  return clean.length <= 66 && /^[ -~]*$/.test(clean) && !clean.includes('=?') ? clean : encodedWords(clean);
};

/** The name before an address. It is encoded if it has commas, dots or quotes, which have a meaning there. */
const displayName = (text: string): string => {
  const clean = withoutControls(text);
  return clean.length <= 60 && /^[A-Za-z0-9 ]+$/.test(clean) ? clean : encodedWords(clean);
};

/** Encoded words (RFC 2047), one per line. No character is split between two of them. */
const encodedWords = (text: string): string => {
  const bytes = Buffer.from(text);
  const words: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    let to = Math.min(bytes.length, from + encodedWordBytes);
    while (isInsideCharacter(bytes[to])) to--;
    words.push(`=?UTF-8?B?${bytes.toString('base64', from, to)}?=`);
    from = to;
  }
  return words.join('\r\n ');
};

/** The bytes of one encoded word, so that a line with `Subject: ` before it has at most 78 characters. */
const encodedWordBytes = 42;

const isInsideCharacter = (byte = 0): boolean => (byte & 0b1100_0000) === 0b1000_0000;

const withoutControls = (text: string): string =>
  withoutBidiControls(text)
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
