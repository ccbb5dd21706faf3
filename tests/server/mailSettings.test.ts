import { describe, expect, test } from 'bun:test';
import { generateKeyPairSync } from 'node:crypto';
import { readConfig } from '../../server/config.ts';
import { dkimKeyOf, oauth2ClientOf } from '../../server/mailSettings.ts';

const pemOf = (type: 'rsa' | 'ed25519'): string => {
  const { privateKey } =
    type === 'rsa' ? generateKeyPairSync(type, { modulusLength: 1024 }) : generateKeyPairSync(type);
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};
const pem = pemOf('rsa');
const oauth2 = {
  SMTP_URL: 'smtps://shop%40example.com@mail.example.com',
  SMTP_OAUTH_CLIENT_ID: 'shop',
  SMTP_OAUTH_CLIENT_SECRET: 's3cret',
  SMTP_OAUTH_REFRESH_TOKEN: 'refresh',
  SMTP_OAUTH_TOKEN_URL: 'https://id.example.com/token',
};
const errorsOf = (env: Readonly<Record<string, string>>): readonly string[] =>
  readConfig(env)._unsafeUnwrapErr();

describe('Settings of mails', () => {
  test('Mails are signed for the domain of the sender; the line breaks of the key can be written as \\n', () => {
    const config = readConfig({
      MAIL_FROM: 'Shop <orders@shop.example>',
      DKIM_SELECTOR: 'mail2026',
      DKIM_PRIVATE_KEY: pem.replaceAll('\n', '\\n'),
    })._unsafeUnwrap();
    expect(dkimKeyOf(config.dkim, config.mailFrom)).toEqual({
      domain: 'shop.example',
      selector: 'mail2026',
      privateKey: pem,
    });
  });

  test.each([
    ['requiretls=true', /option requiretls is not known: remove it, or write one of .*requireTLS, /],
    ['pool=true', /option pool is not known/],
    ['secure=true', /option secure is not known/],
    ['name=shop.example.com&tls.rejectunauthorized=false', /option tls.rejectunauthorized is not known/],
    ['hunter2@h=x', /^SMTP_URL begins with "smtp:": its option is not known/],
    ['requireTLS=no', /write its option requireTLS with true or false$/],
    ['connectionTimeout=5s', /write its option connectionTimeout with a whole number$/],
    ['name=a&name=b', /write its option name once$/],
  ])(
    'A URL of a mail server with the query %s is refused, with the options that are known',
    (query, line) => {
      expect(errorsOf({ SMTP_URL: `smtp://mail.example.com?${query}` })).toEqual([
        expect.stringMatching(line),
      ]);
    },
  );

  test('A URL of a mail server may have each option that nodemailer takes from it', () => {
    const query = 'name=shop.example.com&requireTLS=false&tls.rejectUnauthorized=false&socketTimeout=5000';
    const url = `smtp://shop:pw@mail.example.com:587?${query}`;
    expect(readConfig({ SMTP_URL: url })._unsafeUnwrap().smtpUrl).toBe(url);
  });

  test('The four settings of OAuth 2 make a client', () => {
    expect(oauth2ClientOf(readConfig(oauth2)._unsafeUnwrap().oauth2)).toEqual({
      clientId: 'shop',
      clientSecret: 's3cret',
      refreshToken: 'refresh',
      tokenUrl: 'https://id.example.com/token',
    });
  });

  test('Without these settings mails are not signed, and the login is that of the URL', () => {
    const config = readConfig({})._unsafeUnwrap();
    expect([dkimKeyOf(config.dkim, config.mailFrom), oauth2ClientOf(config.oauth2)]).toEqual([null, null]);
  });

  test.each([pemOf('ed25519'), 'key', pem.slice(0, 300)])('%j is no key for signatures', (key) => {
    const errors = errorsOf({ DKIM_SELECTOR: 'a', DKIM_PRIVATE_KEY: key });
    expect(errors).toEqual([expect.stringMatching(/^DKIM_PRIVATE_KEY has the wrong form: write an RSA/)]);
  });

  test('A setting of a group that is not complete is an error that names what is missing', () => {
    expect(errorsOf({ DKIM_SELECTOR: 'mail2026' })).toEqual([
      'DKIM_PRIVATE_KEY is not set, but DKIM_SELECTOR needs it: set it, or remove DKIM_SELECTOR',
    ]);
    for (const name of Object.keys(oauth2).filter((one) => one !== 'SMTP_URL'))
      expect(errorsOf({ ...oauth2, [name]: '' })[0]).toStartWith(`${name} is not set, but SMTP_OAUTH_`);
  });

  test('A login with access tokens needs a user, and a token endpoint with TLS', () => {
    expect(errorsOf({ ...oauth2, SMTP_URL: 'smtps://mail.example.com' })).toEqual([
      expect.stringContaining('SMTP_URL has no user'),
    ]);
    expect(errorsOf({ ...oauth2, SMTP_OAUTH_TOKEN_URL: 'http://id.example.com/token' })[0]).toStartWith(
      'SMTP_OAUTH_TOKEN_URL',
    );
  });
});
