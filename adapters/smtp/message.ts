import { encodeWord } from 'nodemailer/lib/mime-funcs';
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

/** Encoded words (RFC 2047) of at most 52 characters, one a line. */
const encoded = (text: string): string => encodeWord(text, 'B', 52).replaceAll(' ', '\r\n ');

const withoutControls = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
