import { describe, expect, test } from 'bun:test';
import { mailOf } from './mails.ts';
import type { SmtpSink } from './sink.ts';
import { longTimeouts, withSink } from './withSink.ts';

describe('Login', () => {
  const auth = { user: 'shop', password: 'p@ss:w/rd' };
  const urlWith = ({ url }: SmtpSink, password: string) =>
    url.replace('://', `://shop:${encodeURIComponent(password)}@`);

  test.concurrent(
    'A mail is accepted with the right password',
    withSink(
      async (sink, mailerFor) => {
        const mailer = mailerFor(urlWith(sink, auth.password));
        expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
      },
      { auth },
    ),
  );

  test.concurrent(
    'A wrong password defers the mail and is not in the reason, even if the server repeats it',
    withSink(
      async (sink, mailerFor) => {
        const timeouts = { ...longTimeouts, idleMs: 60_000 };
        expect(await mailerFor(urlWith(sink, 's3cret'), { timeouts }).send(mailOf(1))).toEqual({
          kind: 'deferred',
          reason: 'the mail server refused the login (535)',
        });
        await sink.untilClosed();
      },
      { auth },
    ),
  );

  test.concurrent(
    'A mail is deferred if the server requires a login and the URL has none',
    withSink(
      async (sink, mailerFor) => {
        expect(await mailerFor(sink.url).send(mailOf(1))).toMatchObject({ kind: 'deferred' });
      },
      { auth },
    ),
  );
});

describe('TLS', () => {
  test.concurrent(
    'An untrusted certificate defers the mail',
    withSink(
      async (sink, mailerFor) => {
        expect(await mailerFor(sink.url).send(mailOf(1))).toMatchObject({ kind: 'deferred' });
        expect(sink.received).toEqual([]);
      },
      { startTls: true },
    ),
  );

  test.concurrent(
    'The URL can allow an untrusted certificate',
    withSink(
      async (sink, mailerFor) => {
        const mailer = mailerFor(`${sink.url}?tls.rejectUnauthorized=false`);
        expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
      },
      { startTls: true },
    ),
  );

  test.concurrent(
    'A mail is deferred if the URL requires TLS and the server has none',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(`${sink.url}?requireTLS=true`);
      expect(await mailer.send(mailOf(1))).toMatchObject({ kind: 'deferred' });
      expect(sink.received).toEqual([]);
    }),
  );
});
