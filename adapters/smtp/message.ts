import type { Mail } from '../../core/mail.ts';
import type { Address } from './address.ts';

/**
 * The mail as it goes over the wire (RFC 5322): text, and HTML as its alternative. It is written here because
 * nodemailer's composer, made for attachments and streams, takes three times as long as sending does.
 *
 * Nothing in it can end a header or a part early: control characters are taken out of header values, and both
 * bodies are base64, which has no `=_` to look like the boundary and no line that starts with a dot.
 */
export const composeMessage = (mail: Mail, from: Address, to: Address, date: Date): string =>
  [
    `From: ${from.name === '' ? '' : `${phrase(from.name)} `}<${from.address}>`,
    `To: <${to.address}>`,
    `Subject: ${unstructured(mail.subject)}`,
    `Message-ID: ${mail.messageId.replace(/[^!-~]/g, '')}`,
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    // So that no holiday responder answers a shop (RFC 3834).
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

/** A header for people, such as a subject; plain where it fits into one line as it is. */
const unstructured = (text: string): string => {
  const clean = withoutControls(text);
  return clean.length <= 66 && /^[ -~]*$/.test(clean) && !clean.includes('=?') ? clean : encoded(clean);
};

/** A name before an address, where commas, dots and quotes would have a meaning. */
const phrase = (text: string): string => {
  const clean = withoutControls(text);
  return clean.length <= 60 && /^[A-Za-z0-9 ]+$/.test(clean) ? clean : encoded(clean);
};

/** Encoded words (RFC 2047), one a line, each of whole characters. */
const encoded = (text: string): string => {
  const bytes = Buffer.from(text);
  const words: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    let to = Math.min(bytes.length, from + wordBytes);
    while (isInsideCharacter(bytes[to])) to--;
    words.push(`=?UTF-8?B?${bytes.toString('base64', from, to)}?=`);
    from = to;
  }
  return words.join('\r\n ');
};

/** So that a line with `Subject: ` before its word has at most 78 characters. */
const wordBytes = 42;

const isInsideCharacter = (byte = 0): boolean => (byte & 0b1100_0000) === 0b1000_0000;

const withoutControls = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
