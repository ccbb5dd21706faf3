import { createPrivateKey } from 'node:crypto';
import { err, ok, type Result } from 'neverthrow';
import { mailDomain, parseSender } from '../adapters/smtp/address.ts';
import type { DkimKey } from '../adapters/smtp/message.ts';
import type { OAuth2Client } from '../adapters/smtp/server.ts';
import { findWrongOption } from '../adapters/smtp/urlOptions.ts';
import { type Kinds, showScheme } from './settingKinds.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How mails are sent. */
export const mailSettings = ({ setting, whole }: Kinds) => ({
  /** Null: mails are captured in the database and not sent. */
  smtpUrl: setting<string | null>({
    name: 'SMTP_URL',
    fallback: null,
    doc: 'The mail server: `smtp://user:password@host:587`, or `smtps://` for TLS from the start. A login is sent only over TLS or to this machine, unless `?requireTLS=false` says otherwise. The query has options of nodemailer, such as `?tls.rejectUnauthorized=false` or `?name=shop.example.com`; one that is not known stops the start. If it is not set, mails are captured in the database and not sent.',
    show: showScheme,
    read: readSmtpUrl,
  }),
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
    'The most connections to the mail server that this process opens. Fewer, if the server refuses one with 421. Each pipeline has at most as many mails under way.',
  ),
});

const readSmtpUrl = (text: string): Result<string, string> => {
  if (!/^smtps?:\/\//.test(text) || !URL.parse(text)?.hostname)
    return err('write a URL like smtp://user:password@host:587');
  const wrong = findWrongOption(text);
  return wrong === null ? ok(text) : err(wrong);
};

/** Signatures of mails (DKIM). */
export const dkimSettings = ({ setting }: Kinds) => ({
  selector: setting<string | null>({
    name: 'DKIM_SELECTOR',
    fallback: null,
    doc: 'Signs mails (DKIM), with `DKIM_PRIVATE_KEY`: the name of the key in the DNS, as in `<selector>._domainkey.<domain of MAIL_FROM>`.',
    read: (text) =>
      /^[a-z\d]([a-z\d.-]{0,61}[a-z\d])?$/i.test(text)
        ? ok(text)
        : err('write the name of the key in the DNS, such as mail2026'),
  }),
  privateKey: setting<string | null>({
    name: 'DKIM_PRIVATE_KEY',
    fallback: null,
    doc: 'The RSA key that signs mails, in PEM. Its line breaks may be written as `\\n`.',
    read: (text) => {
      const pem = text.replaceAll('\\n', '\n');
      return isRsaKey(pem)
        ? ok(pem)
        : err('write an RSA private key in PEM, such as the output of: openssl genrsa 2048');
    },
    show: () => 'has the wrong form',
  }),
});

/** Nodemailer signs with RSA only. */
const isRsaKey = (pem: string): boolean => {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
};

/** A login at the mail server with access tokens (OAuth 2). */
export const oauth2Settings = ({ address, secret, setting }: Kinds) => ({
  clientId: setting<string | null>({
    name: 'SMTP_OAUTH_CLIENT_ID',
    fallback: null,
    doc: 'Logs in at the mail server with access tokens (OAuth 2, XOAUTH2) in place of a password, as the user of `SMTP_URL`. Needs the three settings below.',
    read: (text) => ok(text),
  }),
  clientSecret: secret(
    'SMTP_OAUTH_CLIENT_SECRET',
    'The secret of that client.',
    /^\S+$/,
    'write the secret of the client, without blanks',
  ),
  refreshToken: secret(
    'SMTP_OAUTH_REFRESH_TOKEN',
    'The refresh token of the user.',
    /^\S+$/,
    'write the refresh token, without blanks',
  ),
  tokenUrl: address(
    {
      name: 'SMTP_OAUTH_TOKEN_URL',
      doc: 'Where access tokens come from, such as `https://oauth2.googleapis.com/token`.',
    },
    ['https'],
    'https://oauth2.googleapis.com/token',
  ),
});

const dkimNames = ['DKIM_SELECTOR', 'DKIM_PRIVATE_KEY'];
const oauth2Names = [
  'SMTP_OAUTH_CLIENT_ID',
  'SMTP_OAUTH_CLIENT_SECRET',
  'SMTP_OAUTH_REFRESH_TOKEN',
  'SMTP_OAUTH_TOKEN_URL',
];

/** What is wrong with the settings of mails together, a line each. */
export const findMailConflicts = (env: Environment): readonly string[] => [
  ...findMissing(env, dkimNames),
  ...findMissing(env, oauth2Names),
  ...(isGiven(env, 'SMTP_OAUTH_CLIENT_ID') && (URL.parse(env.SMTP_URL ?? '')?.username ?? '') === ''
    ? [
        'SMTP_OAUTH_CLIENT_ID is set, but SMTP_URL has no user: write it like smtps://shop%40example.com@host:465',
      ]
    : []),
];

const isGiven = (env: Environment, name: string): boolean => (env[name] ?? '') !== '';

/** These settings count only together. */
const findMissing = (env: Environment, names: readonly string[]): readonly string[] => {
  const given = names.find((name) => isGiven(env, name));
  return given === undefined
    ? []
    : names
        .filter((name) => !isGiven(env, name))
        .map((name) => `${name} is not set, but ${given} needs it: set it, or remove ${given}`);
};

/** Null if mails are not signed. `findMailConflicts` has seen that both settings are there, or none. */
export const dkimKeyOf = (
  { selector, privateKey }: ReturnType<typeof dkimSettings>,
  mailFrom: string,
): DkimKey | null =>
  selector === null || privateKey === null ? null : { domain: mailDomain(mailFrom), selector, privateKey };

/** Null for a login with the password of the URL, or without one. */
export const oauth2ClientOf = ({
  clientId,
  clientSecret,
  refreshToken,
  tokenUrl,
}: ReturnType<typeof oauth2Settings>): OAuth2Client | null =>
  clientId === null || clientSecret === null || refreshToken === null || tokenUrl === null
    ? null
    : { clientId, clientSecret, refreshToken, tokenUrl };
