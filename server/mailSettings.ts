import { err, ok } from 'neverthrow';
import { parseSender } from '../adapters/smtp/address.ts';
import { type Kinds, showScheme } from './settingKinds.ts';

/** How mails are sent. */
export const mailSettings = ({ address, setting, whole }: Kinds) => ({
  /** Null: mails are captured in the database and not sent. */
  smtpUrl: address(
    {
      name: 'SMTP_URL',
      doc: 'The mail server: `smtp://user:password@host:587`, or `smtps://` for TLS from the start. A login is sent only over TLS or to this machine, unless `?requireTLS=false` says otherwise. If it is not set, mails are captured in the database and not sent.',
      show: showScheme,
    },
    ['smtp', 'smtps'],
    'smtp://user:password@host:587',
  ),
  mailFrom: setting({
    name: 'MAIL_FROM',
    fallback: 'Cartwright <orders@cartwright.example>',
    doc: 'The sender of mails. Its domain is also the domain of the `Message-ID`.',
    read: (text) =>
      parseSender(text) === null
        ? err('write an address such as orders@example.com or Shop <orders@example.com>')
        : ok(text),
  }),
  mailsMax: whole(
    'MAILS_MAX',
    20,
    1,
    1000,
    'The most mails that are sent at the same time, for each pipeline.',
  ),
});
